package state

import (
	"errors"

	"dubtop/api"
)

// kindOf returns the kind of an API error, or KindUnknown for other errors.
func kindOf(err error) api.Kind {
	if e, ok := errors.AsType[*api.Error](err); ok {
		return e.Kind
	}
	return api.KindUnknown
}

// refused reports whether repeating the same request is useless.
func refused(err error) bool {
	if errors.Is(err, api.ErrUnsupported) || errors.Is(err, api.ErrUnpriced) {
		return true
	}
	switch kindOf(err) {
	case api.KindInvalid, api.KindNotFound, api.KindConflict, api.KindPayment:
		return true
	}
	return false
}
