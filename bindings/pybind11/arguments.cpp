#include "arguments.hpp"

#include <limits>
#include <optional>
#include <string>

#include "pagedradix/errors.hpp"
#include "pagedradix/token_tree_types.hpp"
#include "python_integer.hpp"

namespace py = pybind11;

namespace pagedradix::python {
namespace {

[[noreturn]] void ThrowWrongType(const std::string& argument, const char* wanted, py::handle got) {
  throw py::type_error(argument + " must be " + wanted + ", not " + Py_TYPE(got.ptr())->tp_name);
}

/// The str as a literal, for messages, whatever a subclass has for a `__repr__`.
std::string Quoted(py::handle name) {
  const auto literal = py::reinterpret_steal<py::object>(PyUnicode_Type.tp_repr(name.ptr()));
  if (!literal) throw py::error_already_set();
  return py::cast<std::string>(literal);
}

py::object IndexOf(py::handle value, const char* argument) {
  if (PyLong_CheckExact(value.ptr())) return py::reinterpret_borrow<py::object>(value);
  if (IsBool(value.ptr()) || PyIndex_Check(value.ptr()) == 0) {
    ThrowWrongType(argument, "an int", value);
  }
  auto integer = py::reinterpret_steal<py::object>(PyNumber_Index(value.ptr()));
  if (!integer) throw py::error_already_set();
  return integer;
}

/// An integer argument between two limits.
long long ReadInteger(py::handle value, const char* argument, long long lowest, long long highest) {
  const py::object integer = IndexOf(value, argument);
  int overflow = 0;
  const long long result = PyLong_AsLongLongAndOverflow(integer.ptr(), &overflow);
  if (overflow != 0 || result < lowest || result > highest) {
    throw InvalidArgumentError(std::string(argument) + " is " + IntegerText(integer.ptr()) +
                               ", outside " + std::to_string(lowest) + " .. " +
                               std::to_string(highest));
  }
  return result;
}

std::string_view CheckTenant(std::string_view name) {
  if (name.empty()) throw InvalidArgumentError("tenant must not be an empty string");
  if (name == kEmptyTenant) {
    throw InvalidArgumentError("tenant must not be 'empty', which stands for nobody");
  }
  return name;
}

py::tuple TupleOf(py::handle names, const char* argument) {
  if (PyUnicode_Check(names.ptr())) ThrowWrongType(argument, "a sequence of str", names);
  auto owner = py::reinterpret_steal<py::tuple>(PySequence_Tuple(names.ptr()));
  if (!owner) throw py::error_already_set();
  return owner;
}

}  // namespace

std::string_view ReadName(py::handle name, const char* argument) {
  if (!PyUnicode_Check(name.ptr())) ThrowWrongType(argument, "a str", name);
  Py_ssize_t size = 0;
  const char* utf8 = PyUnicode_AsUTF8AndSize(name.ptr(), &size);
  if (utf8 != nullptr) return {utf8, static_cast<std::size_t>(size)};
  if (PyErr_ExceptionMatches(PyExc_UnicodeEncodeError) == 0) throw py::error_already_set();
  PyErr_Clear();
  throw InvalidArgumentError(std::string(argument) + " holds a lone surrogate: " + Quoted(name));
}

std::string_view ReadTenant(py::handle tenant, const char* argument) {
  return CheckTenant(ReadName(tenant, argument));
}

std::vector<std::string_view> ReadNames(py::handle names, const char* argument, py::tuple& owner) {
  owner = TupleOf(names, argument);
  std::vector<std::string_view> views;
  views.reserve(owner.size());
  for (std::size_t i = 0; i < owner.size(); ++i) {
    const py::handle name = PyTuple_GET_ITEM(owner.ptr(), static_cast<Py_ssize_t>(i));
    if (!PyUnicode_Check(name.ptr())) {
      ThrowWrongType(std::string(argument) + "[" + std::to_string(i) + "]", "a str", name);
    }
    views.push_back(ReadName(name, argument));
  }
  return views;
}

std::vector<std::string_view> ReadTenants(py::handle tenants, py::tuple& owner) {
  std::vector<std::string_view> views = ReadNames(tenants, "tenants", owner);
  for (const std::string_view view : views) CheckTenant(view);
  return views;
}

std::size_t ReadCount(py::handle count, const char* argument, std::size_t lowest,
                      std::size_t highest) {
  return static_cast<std::size_t>(ReadInteger(count, argument, static_cast<long long>(lowest),
                                              static_cast<long long>(highest)));
}

TokenCount ReadTokenCount(py::handle count, const char* argument) {
  const py::object integer = IndexOf(count, argument);
  int overflow = 0;
  const long long value = PyLong_AsLongLongAndOverflow(integer.ptr(), &overflow);
  if (overflow == 0 && value >= 0) return TokenCount(static_cast<std::size_t>(value));
  return TokenCount(IntegerText(integer.ptr()));
}

std::int32_t ReadInt32(py::handle value, const char* argument) {
  using Limits = std::numeric_limits<std::int32_t>;
  return static_cast<std::int32_t>(ReadInteger(value, argument, Limits::min(), Limits::max()));
}

std::int64_t ReadInt64(py::handle value, const char* argument) {
  using Limits = std::numeric_limits<std::int64_t>;
  return ReadInteger(value, argument, Limits::min(), Limits::max());
}

EvictionPolicy ReadPolicy(py::handle policy) {
  if (!PyUnicode_Check(policy.ptr())) {
    try {
      return py::cast<EvictionPolicy>(policy);
    } catch (const py::cast_error&) {
      ThrowWrongType("policy", "an EvictionPolicy or its name", policy);
    }
  }
  if (const auto named = ParseEvictionPolicy(ReadName(policy, "policy"))) return *named;
  std::string known;
  for (const std::string_view name : detail::kEvictionPolicyNames) {
    known += (known.empty() ? "'" : ", '") + std::string(name) + "'";
  }
  throw InvalidArgumentError("policy must be one of " + known + ", not " + Quoted(policy));
}

PagedRadixTreeOptions ReadPagedRadixTreeOptions(py::handle page_size, py::handle pages_per_block,
                                                py::handle max_tokens) {
  using Options = PagedRadixTreeOptions;
  Options options;
  options.page_size = ReadCount(page_size, "page_size", 1, Options::kMaxPageSize);
  options.pages_per_block =
      ReadCount(pages_per_block, "pages_per_block", 1, Options::kMaxPagesPerBlock);
  if (!max_tokens.is_none()) {
    options.max_tokens = ReadCount(max_tokens, "max_tokens", options.page_size);
  }
  return options;
}

}  // namespace pagedradix::python
