// A stand-in for Terraform's aws provider: it knows the names and types of attributes (schema.txt) and makes nothing, so
// that terraform itself writes the plans that the readers' tests read.
package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tfprotov5/tf5server"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

//go:embed schema.txt
var schemaText string

type kind struct {
	data   bool
	name   string
	schema *tfprotov5.Schema
}

var kinds = map[string]kind{}

func typeOf(text string) tftypes.Type {
	switch text {
	case "s":
		return tftypes.String
	case "b":
		return tftypes.Bool
	case "n":
		return tftypes.Number
	case "ls":
		return tftypes.List{ElementType: tftypes.String}
	case "ss":
		return tftypes.Set{ElementType: tftypes.String}
	case "ms":
		return tftypes.Map{ElementType: tftypes.String}
	}
	inner := map[string]tftypes.Type{}
	for _, field := range strings.Split(text[3:len(text)-1], ",") {
		name, kind, _ := strings.Cut(field, " ")
		inner[name] = typeOf(kind)
	}
	if strings.HasPrefix(text, "lo(") {
		return tftypes.List{ElementType: tftypes.Object{AttributeTypes: inner}}
	}
	return tftypes.Set{ElementType: tftypes.Object{AttributeTypes: inner}}
}

func indent(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

// Attributes and blocks deeper than `level`, from line i on.
func parseBlock(lines []string, i, level int) (*tfprotov5.SchemaBlock, int) {
	block := &tfprotov5.SchemaBlock{}
	for i < len(lines) && indent(lines[i]) > level {
		line := strings.TrimSpace(lines[i])
		if strings.HasPrefix(line, "block ") {
			parts := strings.Fields(line)
			inner, next := parseBlock(lines, i+1, indent(lines[i]))
			nesting := tfprotov5.SchemaNestedBlockNestingModeList
			if parts[2] == "set" {
				nesting = tfprotov5.SchemaNestedBlockNestingModeSet
			}
			block.BlockTypes = append(block.BlockTypes, &tfprotov5.SchemaNestedBlock{TypeName: parts[1], Block: inner, Nesting: nesting})
			i = next
			continue
		}
		name, rest, _ := strings.Cut(line, " ")
		at := strings.LastIndex(rest, " ")
		flags := rest[at+1:]
		block.Attributes = append(block.Attributes, &tfprotov5.SchemaAttribute{
			Name: name, Type: typeOf(rest[:at]), Required: strings.Contains(flags, "r"), Optional: strings.Contains(flags, "o"),
			Computed: strings.Contains(flags, "c")})
		i++
	}
	return block, i
}

func parseSchema() {
	var lines []string
	for _, line := range strings.Split(schemaText, "\n") {
		if strings.TrimSpace(line) != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	for i := 0; i < len(lines); {
		parts := strings.Fields(lines[i])
		block, next := parseBlock(lines, i+1, 0)
		key := parts[0] + " " + parts[1]
		kinds[key] = kind{parts[0] == "data", parts[1], &tfprotov5.Schema{Block: block}}
		i = next
	}
}

type server struct{ tfprotov5.ProviderServer }

func (server) GetMetadata(context.Context, *tfprotov5.GetMetadataRequest) (*tfprotov5.GetMetadataResponse, error) {
	out := &tfprotov5.GetMetadataResponse{}
	for _, k := range kinds {
		if k.data {
			out.DataSources = append(out.DataSources, tfprotov5.DataSourceMetadata{TypeName: k.name})
		} else {
			out.Resources = append(out.Resources, tfprotov5.ResourceMetadata{TypeName: k.name})
		}
	}
	return out, nil
}

func (server) GetProviderSchema(context.Context, *tfprotov5.GetProviderSchemaRequest) (*tfprotov5.GetProviderSchemaResponse, error) {
	out := &tfprotov5.GetProviderSchemaResponse{
		Provider: &tfprotov5.Schema{Block: &tfprotov5.SchemaBlock{Attributes: []*tfprotov5.SchemaAttribute{
			{Name: "region", Type: tftypes.String, Optional: true}}}},
		ResourceSchemas: map[string]*tfprotov5.Schema{}, DataSourceSchemas: map[string]*tfprotov5.Schema{}}
	for _, k := range kinds {
		if k.data {
			out.DataSourceSchemas[k.name] = k.schema
		} else {
			out.ResourceSchemas[k.name] = k.schema
		}
	}
	return out, nil
}

func (server) PrepareProviderConfig(_ context.Context, r *tfprotov5.PrepareProviderConfigRequest) (*tfprotov5.PrepareProviderConfigResponse, error) {
	return &tfprotov5.PrepareProviderConfigResponse{PreparedConfig: r.Config}, nil
}
func (server) ConfigureProvider(context.Context, *tfprotov5.ConfigureProviderRequest) (*tfprotov5.ConfigureProviderResponse, error) {
	return &tfprotov5.ConfigureProviderResponse{}, nil
}
func (server) StopProvider(context.Context, *tfprotov5.StopProviderRequest) (*tfprotov5.StopProviderResponse, error) {
	return &tfprotov5.StopProviderResponse{}, nil
}
func (server) ValidateResourceTypeConfig(context.Context, *tfprotov5.ValidateResourceTypeConfigRequest) (*tfprotov5.ValidateResourceTypeConfigResponse, error) {
	return &tfprotov5.ValidateResourceTypeConfigResponse{}, nil
}
func (server) ValidateDataSourceConfig(context.Context, *tfprotov5.ValidateDataSourceConfigRequest) (*tfprotov5.ValidateDataSourceConfigResponse, error) {
	return &tfprotov5.ValidateDataSourceConfigResponse{}, nil
}

// What is computed and not given becomes known after apply.
func open(value tftypes.Value, block *tfprotov5.SchemaBlock) tftypes.Value {
	if value.IsNull() || !value.IsKnown() {
		return value
	}
	fields := map[string]tftypes.Value{}
	if err := value.As(&fields); err != nil {
		panic(err)
	}
	for _, a := range block.Attributes {
		if a.Computed && fields[a.Name].IsNull() {
			fields[a.Name] = tftypes.NewValue(a.Type, tftypes.UnknownValue)
		}
	}
	for _, b := range block.BlockTypes {
		list := fields[b.TypeName]
		if list.IsNull() || !list.IsKnown() {
			continue
		}
		var items []tftypes.Value
		if err := list.As(&items); err != nil {
			panic(err)
		}
		for i := range items {
			items[i] = open(items[i], b.Block)
		}
		fields[b.TypeName] = tftypes.NewValue(list.Type(), items)
	}
	if tags, there := fields["tags_all"]; there && !tags.IsKnown() && fields["tags"].IsFullyKnown() {
		fields["tags_all"] = fields["tags"]
	}
	return tftypes.NewValue(value.Type(), fields)
}

func (server) PlanResourceChange(_ context.Context, r *tfprotov5.PlanResourceChangeRequest) (*tfprotov5.PlanResourceChangeResponse, error) {
	schema := kinds["resource "+r.TypeName].schema
	kind := schema.ValueType()
	proposed, err := r.ProposedNewState.Unmarshal(kind)
	if err != nil {
		return nil, err
	}
	planned, err := tfprotov5.NewDynamicValue(kind, open(proposed, schema.Block))
	return &tfprotov5.PlanResourceChangeResponse{PlannedState: &planned, UnsafeToUseLegacyTypeSystem: true}, err
}

func texts(v tftypes.Value) []string {
	var items []tftypes.Value
	if v.IsNull() || v.As(&items) != nil {
		return nil
	}
	var out []string
	for _, item := range items {
		var s string
		_ = item.As(&s)
		out = append(out, s)
	}
	sort.Strings(out)
	return out
}

// As the real data source writes a document.
func document(fields map[string]tftypes.Value) string {
	one := func(values []string) any {
		if len(values) == 1 {
			return values[0]
		}
		return values
	}
	blocks := func(v tftypes.Value) []map[string]tftypes.Value {
		var items []tftypes.Value
		_ = v.As(&items)
		var out []map[string]tftypes.Value
		for _, item := range items {
			f := map[string]tftypes.Value{}
			_ = item.As(&f)
			out = append(out, f)
		}
		return out
	}
	text := func(v tftypes.Value, otherwise string) string {
		var s string
		if v.IsNull() || v.As(&s) != nil {
			return otherwise
		}
		return s
	}
	var statements []any
	for _, s := range blocks(fields["statement"]) {
		out := map[string]any{"Effect": text(s["effect"], "Allow")}
		if a := texts(s["actions"]); a != nil {
			out["Action"] = one(a)
		}
		if a := texts(s["resources"]); a != nil {
			out["Resource"] = one(a)
		}
		who := map[string]any{}
		for _, p := range blocks(s["principals"]) {
			who[text(p["type"], "")] = one(texts(p["identifiers"]))
		}
		if everyone, there := who["*"]; there {
			out["Principal"] = everyone
		} else if len(who) > 0 {
			out["Principal"] = who
		}
		statements = append(statements, out)
	}
	json, _ := json.MarshalIndent(map[string]any{"Version": "2012-10-17", "Statement": statements}, "", "  ")
	return string(json)
}

var canned = map[string]map[string]string{
	"aws_caller_identity": {"id": "123456789012", "account_id": "123456789012", "arn": "arn:aws:iam::123456789012:user/dev"},
	"aws_region":          {"id": "us-east-1", "name": "us-east-1"},
	"aws_ami": {"id": "ami-0123456789abcdef0", "name": "amazon-eks-node-al2023-x86_64-standard-1.33-v20250901", "owner_id": "602401143452",
		"image_owner_alias": "amazon", "architecture": "x86_64"},
	"aws_subnets": {"id": "us-east-1"},
}

func (server) ReadDataSource(_ context.Context, r *tfprotov5.ReadDataSourceRequest) (*tfprotov5.ReadDataSourceResponse, error) {
	kind := kinds["data "+r.TypeName].schema.ValueType()
	config, err := r.Config.Unmarshal(kind)
	if err != nil {
		return nil, err
	}
	fields := map[string]tftypes.Value{}
	if err := config.As(&fields); err != nil {
		return nil, err
	}
	for name, value := range canned[r.TypeName] {
		fields[name] = tftypes.NewValue(tftypes.String, value)
	}
	if r.TypeName == "aws_iam_policy_document" {
		fields["json"] = tftypes.NewValue(tftypes.String, document(fields))
		fields["id"] = tftypes.NewValue(tftypes.String, "1")
	}
	if r.TypeName == "aws_subnets" {
		fields["ids"] = tftypes.NewValue(tftypes.List{ElementType: tftypes.String}, []tftypes.Value{
			tftypes.NewValue(tftypes.String, "subnet-0aaa"), tftypes.NewValue(tftypes.String, "subnet-0bbb")})
	}
	state, err := tfprotov5.NewDynamicValue(kind, tftypes.NewValue(kind, fields))
	return &tfprotov5.ReadDataSourceResponse{State: &state}, err
}

func main() {
	parseSchema()
	if err := tf5server.Serve("registry.terraform.io/hashicorp/aws", func() tfprotov5.ProviderServer { return server{} }); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
