package review

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"dubtop/api"
	"dubtop/api/text"
)

// patience is how long the host of a link may be silent.
const patience = 30 * time.Second

// source is a video being served.
type source struct {
	Source

	mu   sync.Mutex
	link string // the latest, "" before the first
}

// last returns the link that was used last.
func (s *source) last() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.link
}

// fresh returns a link, a new one if the last was refused.
func (s *source) fresh(ctx context.Context, refused string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.link != "" && s.link != refused {
		return s.link, nil
	}
	link, err := s.Link(ctx, refused != "")
	if err != nil {
		return "", err
	}
	if link, err = api.ParseURL(link).Link(); err != nil {
		return "", err
	}
	s.link = link
	return link, nil
}

// serveMedia serves a video, or the part of it that is asked for.
func (s *Server) serveMedia(w http.ResponseWriter, r *http.Request, from *source) {
	if from.File != "" {
		serveFile(w, r, from.File)
		return
	}
	if err := s.relay(w, r, from); err != nil {
		http.Error(w, string(text.Words(err)), http.StatusBadGateway)
	}
}

// serveFile serves a regular file.
func serveFile(w http.ResponseWriter, r *http.Request, path string) {
	info, err := os.Stat(path) // before opening: a pipe would wait for its other end
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a file", path)
	}
	if err != nil {
		http.Error(w, "The file can't be read: "+string(text.Words(err)), http.StatusNotFound)
		return
	}
	f, err := os.Open(path)
	if err != nil {
		http.Error(w, "The file can't be read: "+string(text.Words(err)), http.StatusNotFound)
		return
	}
	defer f.Close()
	w.Header().Set("Content-Type", kinds(filepath.Ext(path)))
	http.ServeContent(w, r, "", info.ModTime(), f)
}

// kinds are the types of files that browsers tell apart.
func kinds(extension string) string {
	switch strings.ToLower(extension) {
	case ".webm":
		return "video/webm"
	case ".mkv":
		return "video/x-matroska"
	case ".wav":
		return "audio/wav"
	case ".mp3":
		return "audio/mpeg"
	}
	return "video/mp4"
}

// kindOf returns a type that the browser plays and never runs.
func kindOf(kind string) string {
	if strings.HasPrefix(kind, "video/") || strings.HasPrefix(kind, "audio/") {
		return kind
	}
	return "video/mp4"
}

// relay passes on a video from behind a link. A refused link is made anew once.
func (s *Server) relay(w http.ResponseWriter, r *http.Request, from *source) error {
	ctx, cancel := context.WithCancelCause(r.Context())
	defer cancel(nil)
	watchdog := time.AfterFunc(patience, func() { cancel(fmt.Errorf("the host sent nothing for %d s", int(patience.Seconds()))) })
	defer watchdog.Stop()
	answer, err := s.fetch(ctx, r, from)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil && r.Context().Err() == nil {
			return cause
		}
		return err
	}
	defer answer.Body.Close()
	pass(w, answer)
	buffer := make([]byte, 64<<10)
	for {
		n, err := answer.Body.Read(buffer)
		watchdog.Reset(patience)
		if n > 0 {
			if _, gone := w.Write(buffer[:n]); gone != nil {
				return nil
			}
		}
		if err != nil {
			if !errors.Is(err, io.EOF) {
				panic(http.ErrAbortHandler) // the page must not take a part for the whole
			}
			return nil
		}
	}
}

// fetch asks the host of a link, with a new link if the last one is refused.
func (s *Server) fetch(ctx context.Context, r *http.Request, from *source) (*http.Response, error) {
	refused := ""
	for {
		link, err := from.fresh(ctx, refused)
		if err != nil {
			return nil, err
		}
		answer, err := s.ask(ctx, r, link)
		if err != nil {
			return nil, err
		}
		switch answer.StatusCode {
		case http.StatusOK, http.StatusPartialContent, http.StatusRequestedRangeNotSatisfiable:
			return answer, nil
		case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusGone:
			if refused == "" {
				refused = link
				_ = answer.Body.Close()
				continue
			}
		}
		_ = answer.Body.Close()
		return nil, fmt.Errorf("%s answers %d %s", answer.Request.URL.Hostname(), answer.StatusCode, http.StatusText(answer.StatusCode))
	}
}

// ask sends the page's request for a range to the host of a link, and nothing
// else of it.
func (s *Server) ask(ctx context.Context, r *http.Request, link string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, r.Method, link, nil)
	if err != nil {
		return nil, errors.New("the link can't be read")
	}
	for _, name := range []string{"Range", "If-Range"} {
		if value := r.Header.Get(name); value != "" {
			request.Header.Set(name, value)
		}
	}
	request.Header.Set("Accept-Encoding", "identity") // ranges are of the file itself
	answer, err := s.cfg.Client.Do(request)
	if e, ok := errors.AsType[*url.Error](err); ok {
		return nil, fmt.Errorf("%s did not answer: %w", request.URL.Hostname(), e.Err) // without the link, which may be a secret
	}
	return answer, err
}

// pass writes the status and the headers that are about the video.
func pass(w http.ResponseWriter, answer *http.Response) {
	for _, name := range []string{"Content-Length", "Content-Range", "Accept-Ranges", "ETag", "Last-Modified"} {
		if value := answer.Header.Get(name); value != "" {
			w.Header().Set(name, value)
		}
	}
	w.Header().Set("Content-Type", kindOf(answer.Header.Get("Content-Type")))
	w.WriteHeader(answer.StatusCode)
}
