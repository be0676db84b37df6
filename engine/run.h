// One run of a stack: everything that it knows, on one strand.
//
//   registration --> (wait for components) --> provider --> plan --> chain of steps --> state is durable --> answer
//                         strand               strand     worker     strand+workers       sink              strand
//
// The parts are in run*.cc, by idea: registering, executing, providers, calls, deleting, refreshing, ending.
// Methods of Run are called on the strand unless they say otherwise.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "engine/answers.h"
#include "engine/engine.h"
#include "engine/planner.h"
#include "engine/strand.h"
#include "engine/targets.h"

namespace drydock::engine {

class Monitor;

/// Where a step is. Only Run::set() moves it.
enum class StepState {
  waiting,   // for the step before it in its chain, or for a free slot
  starting,  // its begin is on the way to disk
  running,   // the provider works
  saving,    // what it did is on the way to disk
  done,      // durable; the next of the chain may go
  failed,    // said so, and saved what exists all the same
  dropped,   // the run ended before its turn
};

struct StepRun {
  Step step;
  StepState state = StepState::waiting;
  std::uint64_t operation = 0;
  std::chrono::steady_clock::time_point began;
  Performed performed;
  Slot slot = kNoSlot;  // of the new record
};

/// Steps that follow each other. `done` is called once; not at all if the run ended before.
struct Chain {
  std::vector<StepRun> steps;
  std::size_t at = 0;
  bool hidden = false;
  std::function<void(bool ok)> done;
  StepRun& current() { return steps[at]; }
};
using ChainPtr = std::shared_ptr<Chain>;

/// A registration on its way.
struct Registration {
  Goal goal;
  Urn urn;
  bool hidden = false;
  bool replanned = false;
  Answer<Registered> answer;
  ResourcePtr old;
  Slot old_slot = kNoSlot;
  InstancePtr provider;
};
using RegistrationPtr = std::shared_ptr<Registration>;

class Run {
 public:
  Run(const Deployment& deployment, const Environment& environment);
  ~Run();
  /// Not on the strand. Blocks until the run is over.
  Result<SummaryEvent> execute();

  // ---- what the monitor asks; any thread
  void post(std::function<void()> work) { strand_.post(std::move(work)); }
  const ProgramInfo& program() const { return program_; }

  // ---- on the strand
  void register_resource(Goal goal, Answer<Registered> answer);
  void read_resource(ReadGoal read, Answer<Registered> answer);
  void register_outputs(const Urn& urn, PropertyMap outputs, Answer<Nothing> answer);
  void invoke(InvokeGoal invoke, Answer<Invoked> answer);
  void call(CallGoal call, Answer<CallReply> answer);
  void signal_end_of_program(Answer<Nothing> answer);
  void log(LogLine line);
  std::string register_package(const std::string& name, const std::string& version, const std::string& url);
  struct Package {
    std::string name, version, url;
  };
  const Package* package(const std::string& ref) const;
  const Urn& stack_urn() const { return stack_urn_; }

 private:
  /// A resource of this run.
  struct Entry {
    Urn urn, parent;
    std::string type;
    bool custom = false;
    std::optional<bool> protect, retain_on_delete;
    Urn deleted_with;
    std::string provider;
    std::map<std::string, std::string> providers;  // package -> reference, inherited ones included
    Op op = Op::same;
    Urn alias_of;        // its URN in the old state, if that was another
    ResourcePtr record;  // null until its step is done
    Slot slot = kNoSlot;
    bool outputs_registered = false;
    bool failed = false;  // or skipped
    bool replaced = false;
    bool targeted = true;
    bool skipped = false;  // it is not targeted and does not exist yet
    bool open = false;     // a remote component that answered and has children under way
    std::vector<std::function<void()>> when_settled;
  };
  /// A record of the old state.
  struct Old {
    ResourcePtr record;
    bool claimed = false;  // by a registration of this run
    bool gone = false;     // deleted in this run already
  };
  struct DefaultProvider {
    std::string reference;
    InstancePtr instance;
    bool ready = false, failed = false;
    std::vector<std::function<void()>> waiting;
  };
  static constexpr std::size_t kNeverDelete = ~std::size_t{0};
  struct Deletion {
    Slot slot = kNoSlot;
    Step step;
    std::size_t blocked_by = 0;         // deletions that come first
    std::vector<std::size_t> unblocks;  // indices of deletions_
  };
  using Then = std::function<void()>;

  // ---- run.cc: beginning and ending
  void begin();
  void warn_of_pending_operations();
  void run_program();
  void after_refresh();
  void program_ended(ProgramResult result);
  void advance();
  void stop(Outcome outcome);
  void end();
  void save_stack_outputs(Then then);
  void finish();
  void emit(Event event);
  void diagnose(Severity severity, const Urn& urn, std::string message);
  /// An error of many resources at once (their provider does not start): the first says it.
  void complain(const Urn& urn, std::string message);
  template <class T>
  bool refuse_if_over(Answer<T>& answer);

  // ---- run_register.cc
  bool admit(const RegistrationPtr& r);
  void inherit(Goal& goal) const;
  void wait_for_components(const RegistrationPtr& r, Then then);
  const Entry* open_component_before(const Registration& r) const;
  void find_old(Registration& r);
  Slot slot_of_alias(const Registration& r, const Alias& alias) const;
  std::vector<Alias> inherited_aliases(const Registration& r) const;
  void plan_registration(const RegistrationPtr& r);

  // ---- run_targets.cc
  bool is_targeted(const Goal& goal, const Urn& urn) const;
  bool depends_on_skipped(const Registration& r);
  void leave_alone(const RegistrationPtr& r);
  bool deletes_are_targeted(std::vector<Deletion>& all);
  void miss_targets();

  PlanRequest plan_request(const Registration& r);
  void planned(const RegistrationPtr& r, std::shared_ptr<Plan> plan);
  void delete_before(const RegistrationPtr& r, std::shared_ptr<Plan> plan);
  void submit_plan(const RegistrationPtr& r, std::shared_ptr<Plan> plan, std::vector<Step> before);
  void registered(const RegistrationPtr& r, bool ok, bool plan_again);
  void answer_success(const Registration& r);
  void answer_failure(const Registration& r, Registered::Result result);

  // ---- run_execute.cc
  void submit(ChainPtr chain);
  void dispatch();
  void start(const ChainPtr& chain);
  std::optional<std::string> closed_gate(const StepRun& run, bool hidden) const;
  void call_provider(const ChainPtr& chain);
  void performed(const ChainPtr& chain, Performed result);
  void save(const ChainPtr& chain);
  Change change_of(StepRun& run, bool failed);
  void saved(const ChainPtr& chain);
  void set(StepRun& run, StepState state, bool hidden);
  void write(Change change, Then then);
  void settle_record(const StepRun& run);
  void note_failure(const StepRun& run, bool hidden);

  // ---- run_providers.cc
  void with_provider(const Goal& goal, const std::string& package, std::function<void(std::string, InstancePtr)> then,
                     std::function<void(std::string)> fail);
  std::string chosen_provider(const Goal& goal, const std::string& package) const;
  void with_default_provider(const std::string& package, const std::string& version, const std::string& url,
                             std::function<void(std::string, InstancePtr)> then, std::function<void(std::string)> fail);
  static void complete_provider_inputs(Goal& goal);
  std::string default_version(const std::string& package) const;
  Goal default_provider_goal(const std::string& package, const std::string& version, const std::string& url) const;
  /// The provider of an old record, loaded if this run did not register it.
  void with_old_provider(const std::string& reference, std::function<void(InstancePtr)> then,
                         std::function<void(std::string)> fail);
  InstancePtr builtin_instance();
  std::string expected_home(const Urn& urn, const std::string& type) const;
  ResourcePtr provider_record(const std::string& reference) const;

  // ---- run_calls.cc
  void construct(const RegistrationPtr& r);
  void constructing(const RegistrationPtr& r, InstancePtr provider);
  void constructed(const RegistrationPtr& r, ConstructReply reply);
  void construct_ended(const RegistrationPtr& r, const Urn& urn, Result<void> result);
  void settle_component(const Urn& urn);
  void get_resource(const PropertyMap& args, const Answer<Invoked>& answer) const;
  void submit_read(const RegistrationPtr& r, const std::string& id);

  // ---- run_delete.cc
  void begin_deletes();
  std::vector<Deletion> deletions() const;
  void order_deletions();
  void try_delete(std::size_t index);
  void deleted(std::size_t index, bool ok);

  // ---- run_refresh.cc
  void begin_refresh();
  void refresh_one(Slot slot);
  void refreshed(Slot slot, const Chain& chain, bool ok);
  void refresh_ended();

  // ---- what everything reads
  const Deployment& deployment_;
  const Environment& env_;
  const Options options_;
  const Targets targets_;
  ProgramInfo program_;
  Strand strand_;
  std::unique_ptr<Monitor> monitor_;
  Workers planners_, movers_;  // Check, Diff and Invoke; steps
  std::vector<std::thread> threads_;
  std::stop_source cancel_program_, cancel_operations_;

  // ---- state, on the strand
  std::vector<Old> olds_;                             // by slot
  std::unordered_map<std::string, Slot> old_by_urn_;  // those not pending deletion
  std::unordered_map<std::string, Entry> entries_;    // by URN
  Slot next_slot_ = 0;
  std::uint64_t next_operation_ = 1;
  std::map<std::string, DefaultProvider> defaults_;  // by package, version and URL
  std::map<std::string, InstancePtr> instances_;     // by provider reference
  std::map<std::string, std::vector<std::pair<std::function<void(InstancePtr)>, std::function<void(std::string)>>>>
      loading_;
  std::map<std::string, Package> packages_;            // by packageRef
  std::map<Urn, Urn> renamed_;                         // old URN -> new URN
  std::map<Urn, std::shared_ptr<const Given>> given_;  // to components of providers

  std::deque<ChainPtr> ready_;
  std::size_t running_ = 0;      // steps in starting, running or saving
  std::size_t occupied_ = 0;     // slots of `parallel`
  std::size_t registering_ = 0;  // registrations and calls on their way
  std::size_t constructing_ = 0;
  std::vector<std::function<void()>> unanswered_;  // what a stopped run owes, said at the very end

  enum class Phase { refreshing, program, deleting, ending, over };
  Phase phase_ = Phase::program;
  bool program_running_ = false, program_done_ = false, signalled_ = false;
  bool stopping_ = false;
  bool draining_ = false;     // it stopped, and the program is gone
  bool sink_broken_ = false;  // the state cannot be saved: nothing counts as done any more
  Outcome outcome_ = Outcome::succeeded;
  Answer<Nothing> signal_answer_;
  std::vector<Deletion> deletions_;
  std::size_t deletions_left_ = 0;
  std::size_t refreshes_left_ = 0;
  std::vector<Slot> refreshed_slots_;
  bool refresh_saving_ = false, refresh_saved_ = false;
  std::set<Urn> being_deleted_;
  std::optional<PropertyMap> stack_outputs_;
  Urn stack_urn_;
  SummaryEvent summary_;
  std::set<Urn> errored_;
  std::chrono::steady_clock::time_point began_;
};

template <class T>
bool Run::refuse_if_over(Answer<T>& answer) {
  if (phase_ == Phase::over || phase_ == Phase::ending || draining_) {
    answer(tl::unexpected(Refusal{Refusal::Kind::unavailable, "the run is over"}));
    return true;
  }
  if (!stopping_) return false;
  // The program is ended rather than answered: an error here would only make it print a second one.
  unanswered_.push_back([answer] { answer(tl::unexpected(Refusal{Refusal::Kind::unavailable, "the run is over"})); });
  return true;
}

}  // namespace drydock::engine
