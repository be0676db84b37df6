# drydock_package(<name> SCHEMA <file>... [MODULES <module>...] [DEPENDS <package>...])
#
# The C++ SDK of a Pulumi package, generated at build time: target drydock_sdk_<name>, headers <drydock/<name>/<module>.h>.
# Modules are what a schema's tokens say; where they are not listed, they are taken from the names of the files, up to the
# first '_': ec2_network.yaml and ec2_functions.yaml describe module ec2, package.yaml and index.yaml the package itself.
set(DRYDOCK_GENERATED ${PROJECT_BINARY_DIR}/sdk/generated)
function(drydock_package name)
  cmake_parse_arguments(P "" "" "SCHEMA;MODULES;DEPENDS" ${ARGN})
  set(modules ${P_MODULES})
  if(NOT modules)
    foreach(file ${P_SCHEMA})
      get_filename_component(stem ${file} NAME_WE)
      string(REGEX REPLACE "_.*$" "" stem ${stem})
      string(REGEX REPLACE "^(package|schema)$" "index" stem ${stem})
      list(APPEND modules ${stem})
    endforeach()
  endif()
  list(APPEND modules index)
  list(REMOVE_DUPLICATES modules)
  set(sources)
  set(headers)
  foreach(module ${modules})
    set(path ${DRYDOCK_GENERATED}/drydock/${name}/${module})
    if(module STREQUAL "index")
      set(path ${DRYDOCK_GENERATED}/drydock/${name})
    endif()
    list(APPEND sources ${path}.cc)
    list(APPEND headers ${path}.h)
  endforeach()
  string(REPLACE ";" "," listed "${modules}")
  add_custom_command(
    OUTPUT ${sources} ${headers}
    COMMAND drydock_gen --out ${DRYDOCK_GENERATED} --modules ${listed} ${P_SCHEMA}
    DEPENDS drydock_gen ${P_SCHEMA}
    COMMENT "Generating the C++ SDK of ${name}")
  add_library(drydock_sdk_${name} STATIC ${sources} ${headers})
  target_include_directories(drydock_sdk_${name} PUBLIC ${DRYDOCK_GENERATED})
  target_link_libraries(drydock_sdk_${name} PUBLIC drydock_sdk)
  foreach(package ${P_DEPENDS})
    target_link_libraries(drydock_sdk_${name} PUBLIC drydock_sdk_${package})
    add_dependencies(drydock_sdk_${name} drydock_sdk_${package})
  endforeach()
  set_property(GLOBAL APPEND PROPERTY DRYDOCK_PACKAGES drydock_sdk_${name})
endfunction()
