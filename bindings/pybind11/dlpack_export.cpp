#include "dlpack_export.hpp"

#include <cstdint>
#include <string>

#include "pagedradix/errors.hpp"

namespace py = pybind11;

namespace pagedradix::python {
namespace {

// The structures of the DLPack ABI, version 1: what `dltensor_versioned` capsules hold, and the
// unversioned predecessor.

enum DeviceType : long { kCpu = 1, kCudaHost = 3, kRocmHost = 11 };
enum TypeCode : std::uint8_t { kInt = 0, kUInt = 1 };

struct DlDevice {
  std::int32_t device_type;
  std::int32_t device_id;
};

struct DlDataType {
  std::uint8_t code;
  std::uint8_t bits;
  std::uint16_t lanes;
};

struct DlTensor {
  void* data;
  DlDevice device;
  std::int32_t ndim;
  DlDataType dtype;
  std::int64_t* shape;
  std::int64_t* strides;  // in elements; null: contiguous
  std::uint64_t byte_offset;
};

struct DlManagedTensor {
  DlTensor tensor;
  void* manager_context;
  void (*deleter)(DlManagedTensor*);
};

struct DlManagedTensorVersioned {
  std::uint32_t major;
  std::uint32_t minor;
  void* manager_context;
  void (*deleter)(DlManagedTensorVersioned*);
  std::uint64_t flags;
  DlTensor tensor;
};

constexpr const char* kUnversionedName = "dltensor";
constexpr const char* kVersionedName = "dltensor_versioned";
constexpr std::uint32_t kMajorVersion = 1;

bool CpuCanRead(long device_type) noexcept {
  return device_type == kCpu || device_type == kCudaHost || device_type == kRocmHost;
}

/// Checked before the tensor is asked for: an export from another device may wait for it.
void CheckDevice(py::handle object, const char* noun) {
  const py::object device = object.attr("__dlpack_device__")();
  const py::object device_type = device[py::int_(0)];
  const long type = PyLong_AsLong(device_type.ptr());
  if (type == -1 && PyErr_Occurred() != nullptr) throw py::error_already_set();
  if (!CpuCanRead(type)) {
    throw InvalidArgumentError(std::string(noun) +
                               "s must be in the CPU's memory, not on DLPack device type " +
                               std::to_string(type));
  }
}

/// Version 1 if the producer knows it: only there can it export read-only memory.
py::object RequestCapsule(py::handle object) {
  const py::object dlpack = object.attr("__dlpack__");
  try {
    return dlpack(py::arg("max_version") = py::make_tuple(kMajorVersion, 0));
  } catch (py::error_already_set& error) {
    if (!error.matches(PyExc_TypeError)) throw;
  }
  return dlpack();
}

const DlTensor& TensorIn(const py::object& capsule) {
  if (PyCapsule_IsValid(capsule.ptr(), kVersionedName) != 0) {
    const auto* managed = static_cast<const DlManagedTensorVersioned*>(
        PyCapsule_GetPointer(capsule.ptr(), kVersionedName));
    if (managed->major == kMajorVersion) return managed->tensor;
    throw InvalidArgumentError("a DLPack tensor of version " + std::to_string(managed->major) +
                               " cannot be read");
  }
  if (PyCapsule_IsValid(capsule.ptr(), kUnversionedName) != 0) {
    return static_cast<const DlManagedTensor*>(
               PyCapsule_GetPointer(capsule.ptr(), kUnversionedName))
        ->tensor;
  }
  throw py::type_error("__dlpack__ did not return a DLPack capsule");
}

bool IsReadableInteger(const DlDataType& dtype) noexcept {
  const bool whole_bytes =
      dtype.bits == 8 || dtype.bits == 16 || dtype.bits == 32 || dtype.bits == 64;
  return (dtype.code == kInt || dtype.code == kUInt) && whole_bytes && dtype.lanes == 1;
}

std::string Shape(const DlTensor& tensor) {
  std::string shape = "(";
  for (std::int32_t axis = 0; axis < tensor.ndim; ++axis) {
    shape += (axis == 0 ? "" : ", ") + std::to_string(tensor.shape[axis]);
  }
  return shape + (tensor.ndim == 1 ? ",)" : ")");
}

}  // namespace

bool DlpackExport::Offers(py::handle object) {
  return py::hasattr(object, "__dlpack__") && py::hasattr(object, "__dlpack_device__");
}

IntegerView DlpackExport::Open(py::handle object, const char* noun) {
  CheckDevice(object, noun);
  capsule_ = RequestCapsule(object);
  const DlTensor& tensor = TensorIn(capsule_);
  if (!IsReadableInteger(tensor.dtype)) {
    throw py::type_error(std::string(noun) + "s must be integers, not DLPack type code " +
                         std::to_string(tensor.dtype.code) + " of " +
                         std::to_string(tensor.dtype.bits) + " bits (" +
                         Py_TYPE(object.ptr())->tp_name + ")");
  }
  if (tensor.ndim != 1) {
    throw InvalidArgumentError(std::string(noun) + "s must be one-dimensional, not of shape " +
                               Shape(tensor));
  }
  IntegerView view;
  view.data = static_cast<const std::byte*>(tensor.data) + tensor.byte_offset;
  view.count = static_cast<std::size_t>(tensor.shape[0]);
  view.item_size = tensor.dtype.bits / 8U;
  view.is_signed = tensor.dtype.code == kInt;
  const std::int64_t elements = tensor.strides == nullptr ? 1 : tensor.strides[0];
  view.stride = static_cast<std::ptrdiff_t>(elements) * static_cast<std::ptrdiff_t>(view.item_size);
  return view;
}

}  // namespace pagedradix::python
