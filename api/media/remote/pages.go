package remote

import (
	"errors"
	"io"
	"net/http"
	"slices"

	"dubtop/api/media/file"
)

// ReadAt implements [io.ReaderAt] over the cached pages. It fails with
// [file.ErrTooFar] if it would exceed the allowance.
func (r *File) ReadAt(p []byte, at int64) (int, error) {
	if r.body != nil {
		return r.readAhead(p, at)
	}
	if r.size >= 0 {
		if at >= r.size {
			return 0, io.EOF
		}
		p = p[:min(int64(len(p)), r.size-at)]
	}
	if err := r.fetch(at/r.allowed.Page, (at+int64(len(p))-1)/r.allowed.Page); err != nil {
		return 0, err
	}
	n := 0
	for n < len(p) {
		page := r.pages[(at+int64(n))/r.allowed.Page]
		inside := (at + int64(n)) % r.allowed.Page
		if inside >= int64(len(page)) {
			return n, io.ErrUnexpectedEOF
		}
		n += copy(p[n:], page[inside:])
	}
	return n, nil
}

// Expect implements [file.Remote].
func (r *File) Expect(n int64) { r.ahead = min(n, r.allowed.Most) }

// Reach implements [file.Remote].
func (r *File) Reach(at, n int64) bool {
	if r.body != nil {
		return at+n <= r.allowed.Most || r.ended && at+n <= int64(len(r.prefix))
	}
	first, last := r.missing(at/r.allowed.Page, (at+n-1)/r.allowed.Page)
	return (last-first+1)*r.allowed.Page <= r.left
}

// Room implements [file.Remote]. A server without ranges sends the file from
// its beginning, so nothing can be read elsewhere.
func (r *File) Room() int64 {
	if r.body != nil {
		return 0
	}
	return r.left
}

// Most implements [file.Remote].
func (r *File) Most() int64 { return r.allowed.Most }

// Page implements [file.Remote].
func (r *File) Page() int64 { return r.allowed.Page }

// missing narrows a span of pages down to those not cached.
func (r *File) missing(first, last int64) (from, to int64) {
	for first <= last && r.pages[first] != nil {
		first++
	}
	for last >= first && r.pages[last] != nil {
		last--
	}
	return first, last
}

// End implements [file.Remote].
func (r *File) End() (int64, error) {
	if r.size >= 0 {
		return r.size, nil
	}
	if r.body != nil {
		if err := r.readTo(r.allowed.Most); err != nil {
			return -1, err
		}
		if r.ended {
			return int64(len(r.prefix)), nil
		}
	}
	return -1, nil
}

// fetch ensures that the pages from first to last are cached. It makes one
// request for all that are missing and for those expected to be needed next.
func (r *File) fetch(first, last int64) error {
	first, last = r.missing(first, last)
	if first > last {
		return nil
	}
	needed := last - first + 1
	count := max(needed, min(r.ahead, r.left)/r.allowed.Page)
	for count > needed && r.pages[first+count-1] != nil { // do not ask again for cached pages
		count--
	}
	from, length := first*r.allowed.Page, count*r.allowed.Page
	if r.size >= 0 {
		length = min(length, r.size-from)
	}
	if length > r.left {
		return file.ErrTooFar
	}
	response, err := r.get(from, length)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusPartialContent {
		return r.refused(errors.New("the server no longer sends parts of the file; try again"))
	}
	if _, err := contentRange(response, from); err != nil {
		return r.refused(err)
	}
	return r.keep(from, length, response.Body)
}

// keep caches the pages of an answer. The whole request counts against the
// allowance, so a server that sends little is not asked for ever.
func (r *File) keep(from, length int64, body io.Reader) error {
	r.left -= length
	data, err := io.ReadAll(io.LimitReader(fedBy{body, r}, length))
	if err != nil {
		return r.broken(err)
	}
	for page := range slices.Chunk(data, int(r.allowed.Page)) {
		r.pages[from/r.allowed.Page] = page
		from += r.allowed.Page
	}
	return nil
}

// fedBy is a body whose every byte counts as a sign of life.
type fedBy struct {
	body io.Reader
	r    *File
}

func (f fedBy) Read(p []byte) (int, error) {
	n, err := f.body.Read(p)
	if n > 0 {
		f.r.fed()
	}
	return n, err
}

// readAhead reads the single answer of a server without ranges, as far as
// needed and allowed.
func (r *File) readAhead(p []byte, at int64) (int, error) {
	end := r.allowed.Most
	if r.size >= 0 {
		end = min(end, r.size)
	}
	wanted := p[:min(int64(len(p)), max(end-at, 0))]
	if err := r.readTo(at + int64(len(wanted))); err != nil {
		return 0, err
	}
	n := copy(wanted, r.prefix[min(at, int64(len(r.prefix))):])
	switch {
	case n == len(p):
		return n, nil
	case n < len(wanted) || r.ended || at+int64(n) == r.size || (r.size >= 0 && at >= r.size):
		return n, io.EOF
	}
	return n, file.ErrTooFar
}

// readTo reads the answer up to an offset or to its end.
func (r *File) readTo(end int64) error {
	missing := end - int64(len(r.prefix))
	if missing <= 0 || end > r.allowed.Most || r.ended {
		return nil
	}
	r.fed()
	more, err := io.ReadAll(io.LimitReader(fedBy{r.body, r}, missing))
	r.prefix = append(r.prefix, more...)
	if err != nil {
		return r.broken(err)
	}
	r.ended = int64(len(more)) < missing
	return nil
}
