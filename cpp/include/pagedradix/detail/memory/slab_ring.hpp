// A doubly linked list through members of its elements, in the space of one pointer.
//
// The elements form a ring (the front's `prev` is the back), so that both ends are at hand
// while the list itself is one pointer: a heap has hundreds of them.
//
// Thread safety: none; the owner's lock covers the list and the links of its elements.
//
// Invariants: an element is on at most one ring; on none, its links mean nothing. The ring
// owns nothing.
#pragma once

#include <cassert>

namespace pagedradix::detail {

/// Element has the public members `Element* prev` and `Element* next`.
template <typename Element>
class SlabRing {
 public:
  constexpr SlabRing() noexcept = default;
  SlabRing(const SlabRing&) = delete;
  SlabRing& operator=(const SlabRing&) = delete;

  bool IsEmpty() const noexcept { return front_ == nullptr; }

  /// The ends; null when empty.
  Element* Front() const noexcept { return front_; }
  Element* Back() const noexcept { return front_ == nullptr ? nullptr : front_->prev; }

  void PushBack(Element* element) noexcept {
    if (front_ == nullptr) {
      element->prev = element;
      element->next = element;
      front_ = element;
      return;
    }
    Element* const back = front_->prev;
    element->prev = back;
    element->next = front_;
    back->next = element;
    front_->prev = element;
  }

  /// On a ring, the place before the front is also the place after the back.
  void PushFront(Element* element) noexcept {
    PushBack(element);
    front_ = element;
  }

  /// Takes out an element of this ring.
  void Remove(Element* element) noexcept {
    if (element->next == element) {
      assert(front_ == element);
      front_ = nullptr;
      return;
    }
    element->prev->next = element->next;
    element->next->prev = element->prev;
    if (front_ == element) {
      front_ = element->next;
    }
  }

  /// Moves all elements of another ring to the back of this one, at a cost that does not
  /// depend on how many they are.
  void TakeAll(SlabRing& other) noexcept {
    Element* const first = other.front_;
    other.front_ = nullptr;
    if (first == nullptr || front_ == nullptr) {
      front_ = first == nullptr ? front_ : first;
      return;
    }
    Element* const last = first->prev;
    Element* const back = front_->prev;
    back->next = first;
    first->prev = back;
    last->next = front_;
    front_->prev = last;
  }

  /// Takes out the front; null when empty.
  Element* PopFront() noexcept {
    Element* const element = front_;
    if (element != nullptr) {
      Remove(element);
    }
    return element;
  }

 private:
  Element* front_ = nullptr;
};

}  // namespace pagedradix::detail
