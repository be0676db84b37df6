# drydockConfig.cmake in the build folder: what find_package(drydock) finds when -Ddrydock_DIR names the build folder.
# It lists libraries by file, so that a program is configured without looking for gRPC and the rest again.
get_property(packages GLOBAL PROPERTY DRYDOCK_PACKAGES)
set(archives)
foreach(target ${packages} drydock_sdk drydock_proto drydock_wire drydock_base)
  if(TARGET ${target})
    string(APPEND archives "    $<TARGET_FILE:${target}>\n")
    if(TARGET drydock_programs)
      add_dependencies(drydock_programs ${target})
    endif()
  endif()
endforeach()
set(system)
foreach(target gRPC::grpc++ gRPC::grpc gRPC::gpr absl::synchronization protobuf::libprotobuf fmt::fmt OpenSSL::SSL OpenSSL::Crypto Boost::json
               Boost::url)
  string(APPEND system "    $<TARGET_FILE:${target}>\n")
endforeach()
set(lld "")
if(LLD)
  set(lld "-fuse-ld=lld")
endif()
file(GENERATE OUTPUT ${PROJECT_BINARY_DIR}/drydockConfig.cmake CONTENT "# Generated; see cmake/drydock_export.cmake.
#   cmake_minimum_required(VERSION 3.24)
#   project(my-program LANGUAGES CXX)
#   find_package(drydock REQUIRED)
#   drydock_program(main.cc)
include_guard()
if(NOT TARGET drydock::program)
  find_package(Threads REQUIRED)
  add_library(drydock::program INTERFACE IMPORTED)
  target_compile_features(drydock::program INTERFACE cxx_std_20)
  target_include_directories(drydock::program INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/sdk/include ${DRYDOCK_GENERATED})
  target_link_libraries(drydock::program INTERFACE -Wl,--start-group
${archives}    -Wl,--end-group
${system}    yaml-cpp Threads::Threads ${lld})
endif()

# drydock_program(<source>...): the project's program, with everything it includes from <drydock/...>.
function(drydock_program)
  add_executable(\${PROJECT_NAME} \${ARGN})
  target_link_libraries(\${PROJECT_NAME} PRIVATE drydock::program)
  # A library that was rebuilt makes the program link again.
  set_property(TARGET \${PROJECT_NAME} APPEND PROPERTY LINK_DEPENDS
${archives}  )
endfunction()
")
