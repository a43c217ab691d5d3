package download

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"dubtop/api"
	"dubtop/api/text"
)

// errStalled is the cause with which a silent server is given up.
var errStalled = errors.New("stalled")

// reserve is the space left free on a disk, in bytes.
const reserve = 64 << 20

// attempt requests the missing bytes once and receives them.
func (s *saving) attempt(ctx context.Context) error {
	if s.part.complete() {
		return nil
	}
	if err := s.follow(ctx); err != nil {
		return err
	}
	within, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stall := time.AfterFunc(s.patience.Stall, func() { cancel(errStalled) })
	defer stall.Stop()
	res, err := s.ask(within)
	if err != nil {
		return s.network(within, err)
	}
	defer func() { _ = res.Body.Close() }()
	if err := s.judge(res); err != nil {
		return err
	}
	return s.receive(within, res.Body, stall)
}

// ask requests the file, or the rest of it if it is still the same.
func (s *saving) ask(ctx context.Context) (*http.Response, error) {
	if s.part.size > 0 && s.part.note.validator() == "" { // nobody could tell whether it is still the same
		if err := s.part.restart(note{Mark: s.Mark, Total: -1}); err != nil {
			return nil, err
		}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.link, http.NoBody)
	if err != nil {
		return nil, because(ErrLink, "the link cannot be read")
	}
	r.Header.Set("Accept-Encoding", "identity") // a range counts bytes of the file itself
	if s.part.size > 0 {
		r.Header.Set("Range", fmt.Sprintf("bytes=%d-", s.part.size))
		r.Header.Set("If-Range", s.part.note.validator())
	}
	return s.client.Do(r)
}

// judge decides from the head of an answer what its body is good for.
func (s *saving) judge(res *http.Response) error {
	switch {
	case res.StatusCode == http.StatusOK:
		return s.fromStart(res)
	case res.StatusCode == http.StatusPartialContent && s.part.size > 0:
		return s.fromMiddle(res)
	}
	return s.refusal(res)
}

// fromStart prepares for a whole file.
func (s *saving) fromStart(res *http.Response) error {
	if e := res.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return because(ErrContent, s.shownHost()+" sends the file compressed, which was not asked for")
	}
	if res.ContentLength == 0 {
		return &setback{words: s.shownHost() + " sends an empty file", kind: ErrContent, wrong: true}
	}
	if err := s.fits(res.ContentLength, res.ContentLength); err != nil {
		return err
	}
	return s.part.begin(describe(s.Mark, res))
}

// fits reports whether a file of total bytes can be saved, of which some are
// missing. -1 stands for an unknown size.
func (s *saving) fits(total, missing int64) error {
	if total > s.Most {
		return because(ErrContent, fmt.Sprintf("%s announces %s, more than the %s that are saved", s.shownHost(), text.Bytes(total), text.Bytes(s.Most)))
	}
	free, err := s.d.disk.free(filepath.Dir(s.Path))
	if err != nil {
		return diskError(s.Path, err)
	}
	if need := max(missing, 1) + reserve; need > free {
		return because(ErrFull, fmt.Sprintf("not enough space for %s in %s: %s are needed and %s are free; make room and save again",
			name(s.Path), filepath.Dir(s.Path), text.Bytes(need), text.Bytes(free)))
	}
	return nil
}

// fromMiddle checks that the answer continues the part.
func (s *saving) fromMiddle(res *http.Response) error {
	from, total, ok := contentRange(res.Header.Get("Content-Range"))
	n := &s.part.note
	switch etag := strongETag(res.Header); {
	case !ok || from != s.part.size,
		n.Total >= 0 && total >= 0 && total != n.Total,
		etag != "" && n.ETag != "" && etag != n.ETag:
		return &setback{words: "the file at " + s.shownHost() + " has changed; it begins again", kind: ErrContent, again: true}
	}
	n.Total = max(n.Total, total)
	return s.fits(n.Total, n.Total-s.part.size)
}

// contentRange reads the header of a part: its first byte and the size of the
// whole file, -1 if not given.
func contentRange(value string) (from, total int64, ok bool) {
	span, all, _ := strings.Cut(strings.TrimPrefix(value, "bytes "), "/")
	first, _, _ := strings.Cut(span, "-")
	from, err := strconv.ParseInt(first, 10, 64)
	if err != nil {
		return 0, 0, false
	}
	if total, err = strconv.ParseInt(all, 10, 64); err != nil {
		total = -1
	}
	return from, total, true
}

// refusal explains an answer without the file.
func (s *saving) refusal(res *http.Response) error {
	words := fmt.Sprintf("%s answers %d %s", s.shownHost(), res.StatusCode, http.StatusText(res.StatusCode))
	switch code := res.StatusCode; {
	case code == http.StatusBadRequest, code == http.StatusUnauthorized, code == http.StatusForbidden,
		code == http.StatusNotFound, code == http.StatusGone:
		return &setback{words: words, kind: ErrLink, stale: true}
	case code == http.StatusRequestedRangeNotSatisfiable, code == http.StatusPreconditionFailed, code == http.StatusPartialContent:
		return &setback{words: words, kind: ErrServer, again: true}
	case code == http.StatusTooManyRequests, code == http.StatusServiceUnavailable:
		after := api.RetryAfter(res.Header)
		if after > 0 {
			words += " and asks to wait " + inWords(after)
		}
		return &setback{words: words, kind: ErrServer, after: after}
	case code >= 500, code == http.StatusRequestTimeout:
		return &setback{words: words, kind: ErrServer}
	}
	return because(ErrServer, words)
}

// receive appends the body to the part. stall runs only while the server is
// waited for: a disk may take its time.
func (s *saving) receive(ctx context.Context, body io.Reader, stall *time.Timer) error {
	end, cut := s.limit()
	buf := make([]byte, bufferSize)
	s.tell("", time.Time{})
	for {
		stall.Reset(s.patience.Stall)
		n, err := body.Read(buf)
		stall.Stop()
		if n > 0 {
			if s.part.size+int64(n) > end {
				return cut
			}
			if _, err := s.part.Write(buf[:n]); err != nil {
				return err
			}
			now := time.Now()
			s.trials.got(s.part.size, now)
			s.tell("", time.Time{})
			if s.trials.tooSlow(now) {
				return because(ErrServer, fmt.Sprintf("%s is too slow: less than %s in %s", s.shownHost(), text.Bytes(enough), inWords(s.patience.GiveUp)))
			}
		}
		if errors.Is(err, io.EOF) {
			return s.ended()
		}
		if err != nil {
			return s.network(ctx, err)
		}
	}
}

// limit returns how large the part may become, and the error for more.
func (s *saving) limit() (int64, error) {
	if total := s.part.note.Total; total >= 0 {
		return total, &setback{words: s.shownHost() + " sends more than it announced", kind: ErrContent, again: true}
	}
	return s.Most, because(ErrContent, fmt.Sprintf("%s sends more than the %s that are saved, without an end", s.shownHost(), text.Bytes(s.Most)))
}

// ended judges a body that ended by itself.
func (s *saving) ended() error {
	switch {
	case s.part.size == 0:
		return &setback{words: s.shownHost() + " sends an empty file", kind: ErrContent, wrong: true}
	case s.part.note.Total < 0:
		s.part.note.Total = s.part.size
	case !s.part.complete():
		return &setback{words: "the answer from " + s.shownHost() + " was cut off", kind: ErrServer}
	}
	return nil
}
