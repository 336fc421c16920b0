# vit_embed_yaml(TARGET FOLDER HEADER FUNCTION): the files of a folder of experiments/ as one source of the
# target, which defines vit::FUNCTION() of the header: a vit::Recipe for each. A file that is added or
# changed configures anew.

function(vit_embed_yaml target folder header function)
  file(GLOB files CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/experiments/${folder}/*.yaml")
  set(rows "")
  foreach(file IN LISTS files)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
    cmake_path(GET file STEM name)
    file(READ "${file}" yaml)
    string(APPEND rows "      {\"${name}\", R\"yaml(${yaml})yaml\"},\n")
  endforeach()
  set(source "${PROJECT_BINARY_DIR}/embedded_${folder}.cpp")
  file(CONFIGURE OUTPUT "${source}" @ONLY CONTENT
"#include \"@header@\"

namespace vit {

const std::vector<Recipe>& @function@() {
  static const std::vector<Recipe> all = {
@rows@  };
  return all;
}

}  // namespace vit
")
  target_sources(${target} PRIVATE "${source}")
endfunction()
