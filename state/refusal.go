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

// unsupported reports whether the server does not offer a request.
func unsupported(err error) bool { return errors.Is(err, api.ErrUnsupported) }

// refused reports whether repeating the same request is useless.
func refused(err error) bool {
	if unsupported(err) || errors.Is(err, api.ErrUnpriced) {
		return true
	}
	switch kindOf(err) {
	case api.KindInvalid, api.KindNotFound, api.KindConflict, api.KindPayment:
		return true
	}
	return false
}
