#include "token_input.hpp"

#include <optional>

#include "gil.hpp"
#include "integer_items.hpp"
#include "integer_view.hpp"
#include "pagedradix/errors.hpp"

namespace py = pybind11;

namespace pagedradix::python {
namespace {

constexpr const char* kToken = "token";
constexpr const char* kOffset = "offset";

/// The memory in which `object` holds its integers; nothing if they have to be read one by one.
std::optional<IntegerView> OpenView(py::handle object, const char* noun, BufferExport& buffer,
                                    DlpackExport& dlpack) {
  if (PyList_CheckExact(object.ptr()) || PyTuple_CheckExact(object.ptr())) return std::nullopt;
  if (PyObject_CheckBuffer(object.ptr()) != 0) return buffer.Open(object, noun);
  if (DlpackExport::Offers(object)) return dlpack.Open(object, noun);
  return std::nullopt;
}

/// Without a GIL there are always others.
bool OthersMayRun(Meanwhile meanwhile, std::size_t tokens) noexcept {
#ifdef Py_GIL_DISABLED
  static_cast<void>(meanwhile);
  static_cast<void>(tokens);
  return true;
#else
  return meanwhile == Meanwhile::kAnything || WorthReleasing(tokens);
#endif
}

}  // namespace

template <typename Integer>
BasicTokenInput<Integer>::BasicTokenInput(py::handle tokens, Meanwhile meanwhile) {
  const std::optional<IntegerView> view = OpenView(tokens, kToken, buffer_, dlpack_);
  if (view) {
    if (OthersMayRun(meanwhile, view->count)) buffer_.KeepFromResizing();
    const GilRelease release(WorthReleasing(view->count));
    data_ = InPlace<Integer>(*view, kToken);
    size_ = view->count;
    if (data_ != nullptr) return;
    copy_ = ConvertView<Integer>(*view, kToken);
  } else {
    copy_ = ReadItems<Integer>(tokens, kToken);
  }
  data_ = copy_.data();
  size_ = copy_.size();
}

template class BasicTokenInput<Token>;
template class BasicTokenInput<std::int32_t>;

UninitializedVector<std::size_t> ReadOffsets(py::handle offsets) {
  BufferExport buffer;
  DlpackExport dlpack;
  const std::optional<IntegerView> view = OpenView(offsets, kOffset, buffer, dlpack);
  // They are copied at once, and the GIL is kept for it, however many they are.
  if (view && OthersMayRun(Meanwhile::kNothingIfShort, 0)) buffer.KeepFromResizing();
  auto copy =
      view ? ConvertView<std::size_t>(*view, kOffset) : ReadItems<std::size_t>(offsets, kOffset);
  if (copy.empty()) {
    throw InvalidArgumentError("offsets must have one entry more than there are prompts, not none");
  }
  return copy;
}

}  // namespace pagedradix::python
