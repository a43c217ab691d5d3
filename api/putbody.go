package api

import (
	"errors"
	"io"
	"sync"
	"time"
)

// putPatience is the patience for a file on its way to the storage, which may
// take hours as long as it moves.
func putPatience() patience { return patience{idle: 90 * time.Second} }

// putBody is a file on its way to the storage. It must have exactly the
// announced number of bytes.
type putBody struct {
	r    io.Reader
	left int64
	read int64
	dog  *watchdog
	sent func(int64)

	mu  sync.Mutex
	err error
}

// errPutShort is the error for a file that became shorter while it was sent.
var errPutShort = errors.New("the file became shorter while it was sent")

func (b *putBody) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, io.EOF
	}
	n, err := b.r.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	b.read += int64(n)
	b.dog.fed()
	if n > 0 && b.sent != nil {
		b.sent(b.read)
	}
	if errors.Is(err, io.EOF) && b.left > 0 {
		err = errPutShort
	}
	if err != nil && !errors.Is(err, io.EOF) {
		b.mu.Lock()
		b.err = err
		b.mu.Unlock()
	}
	return n, err
}

// failure returns why the file could not be read, nil if it could.
func (b *putBody) failure() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.err
}
