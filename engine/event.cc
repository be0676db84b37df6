#include "engine/event.h"

namespace drydock::engine {

const char* to_string(Op op) {
  switch (op) {
    case Op::same:
      return "same";
    case Op::create:
      return "create";
    case Op::update:
      return "update";
    case Op::delete_:
      return "delete";
    case Op::replace:
      return "replace";
    case Op::create_replacement:
      return "create-replacement";
    case Op::delete_replaced:
      return "delete-replaced";
    case Op::read:
      return "read";
    case Op::read_replacement:
      return "read-replacement";
    case Op::refresh:
      return "refresh";
    case Op::discard:
      return "discard";
    case Op::discard_replaced:
      return "discard-replaced";
    case Op::remove_pending_replace:
      return "remove-pending-replace";
    case Op::import:
      return "import";
    case Op::import_replacement:
      return "import-replacement";
  }
  return "?";
}

}  // namespace drydock::engine
