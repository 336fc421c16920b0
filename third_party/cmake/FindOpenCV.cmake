# The OpenCV libraries named in COMPONENTS, as targets opencv_core and so on: from OpenCV's own
# package where there is one, else from the headers and libraries themselves. Debian puts
# OpenCVConfig.cmake into libopencv-dev, which brings 135 MB of modules that nobody here uses.
find_package(OpenCV QUIET CONFIG COMPONENTS ${OpenCV_FIND_COMPONENTS})

if(NOT OpenCV_FOUND)
  find_path(OpenCV_INCLUDE_DIR opencv2/core.hpp PATH_SUFFIXES opencv4)
  set(opencv_required OpenCV_INCLUDE_DIR)
  foreach(component IN LISTS OpenCV_FIND_COMPONENTS)
    find_library(OpenCV_${component}_LIBRARY opencv_${component})
    list(APPEND opencv_required OpenCV_${component}_LIBRARY)
  endforeach()
  if(OpenCV_INCLUDE_DIR)
    file(STRINGS "${OpenCV_INCLUDE_DIR}/opencv2/core/version.hpp" opencv_numbers
         REGEX "^#define CV_VERSION_(MAJOR|MINOR|REVISION) ")
    list(TRANSFORM opencv_numbers REPLACE "^.* ([0-9]+).*$" "\\1")
    list(JOIN opencv_numbers "." OpenCV_VERSION)
  endif()
  include(FindPackageHandleStandardArgs)
  find_package_handle_standard_args(
    OpenCV REQUIRED_VARS ${opencv_required} VERSION_VAR OpenCV_VERSION)
  if(OpenCV_FOUND)
    foreach(component IN LISTS OpenCV_FIND_COMPONENTS)
      if(NOT TARGET opencv_${component})
        add_library(opencv_${component} SHARED IMPORTED)
        set_target_properties(
          opencv_${component} PROPERTIES IMPORTED_LOCATION "${OpenCV_${component}_LIBRARY}"
                                         INTERFACE_INCLUDE_DIRECTORIES "${OpenCV_INCLUDE_DIR}")
      endif()
    endforeach()
  endif()
endif()
