package download

import "errors"

// The reasons why a file was not saved. Every error of this package wraps one
// of them, except for those of the context and of the functions in a [Request],
// and is a sentence for the user without the link.
var (
	// ErrExists: something has the name already. It was not touched.
	ErrExists = errors.New("a file of this name exists")
	// ErrBusy: another process or goroutine is saving the file.
	ErrBusy = errors.New("another dubtop is saving this file")
	// ErrDisk: the folder or the disk refuses the file.
	ErrDisk = errors.New("the file cannot be written")
	// ErrFull: there is not enough space. The part is kept.
	ErrFull = errors.New("the disk is full")
	// ErrLink: the link is refused, and a new one too.
	ErrLink = errors.New("the link is refused")
	// ErrServer: the server sent nothing for too long, broke off too often, or
	// refused. The part is kept, so a later attempt may succeed.
	ErrServer = errors.New("the server does not send the file")
	// ErrContent: what arrived is not the file: it is of another kind, damaged,
	// too large, or its checksum differs.
	ErrContent = errors.New("this is not the file")
	// ErrUnsafe: the server leads to a place where links may not lead.
	ErrUnsafe = errors.New("the link leads to a forbidden place")
)

// failure is one of the errors above in more precise words.
type failure struct {
	kind  error
	words string
	cause error // nil if there is none worth keeping
}

// because returns an error that wraps kind and reads as words.
func because(kind error, words string) error { return &failure{kind: kind, words: words} }

// Error returns the words.
func (f *failure) Error() string { return f.words }

// Unwrap returns the reason and the cause.
func (f *failure) Unwrap() []error {
	if f.cause == nil {
		return []error{f.kind}
	}
	return []error{f.kind, f.cause}
}
