package review

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"time"

	"dubtop/api/text"
	"dubtop/state/verdict"
	"dubtop/ui/review/page"
)

// sides returns the videos of an item.
func sides(i *Item) []Take {
	if i.Right.Source.IsZero() {
		return []Take{i.Left}
	}
	return []Take{i.Left, i.Right}
}

// sourceName names a video in the path. It stays when other facts change, so
// that the page goes on playing, and tells nothing about the file.
func (s *Server) sourceName(i *Item, n, side int) string {
	about := i.Left.ID + "\x00" + i.Right.ID
	if about == "\x00" {
		about += strconv.Itoa(n)
	}
	sum := sha256.Sum256([]byte(s.token + "\x00" + about + "\x00" + strconv.Itoa(side)))
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

// source returns the video of a name, nil if there is none.
func (s *Server) source(name string) *source {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sources[name]
}

// serveItems answers with everything the page shows.
func (s *Server) serveItems(w http.ResponseWriter) {
	s.mu.Lock()
	d := page.Data{Begin: s.cfg.Begin, Items: make([]page.Item, len(s.items)), ReadOnly: s.cfg.OnVerdict == nil}
	for n := range s.items {
		d.Items[n] = s.pageItem(n)
	}
	s.mu.Unlock()
	content, err := json.Marshal(d)
	if err != nil {
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	write(w, "application/json", content)
}

// pageItem returns an item as the page reads it.
func (s *Server) pageItem(n int) page.Item {
	i := &s.items[n]
	out := page.Item{Name: i.Name, Facts: pageFacts(i.Facts)}
	for side, t := range sides(i) {
		out.Sides = append(out.Sides, page.Side{
			ID: t.ID, Name: t.Name, Facts: pageFacts(t.Facts), Src: "media/" + s.sourceName(i, n, side),
			Verdict: t.Verdict, Note: t.Note,
		})
	}
	if i.OnRight && len(out.Sides) > 1 {
		out.Heard = 1
	}
	return out
}

func pageFacts(facts []Fact) []page.Fact {
	out := make([]page.Fact, len(facts))
	for n, f := range facts {
		out[n] = page.Fact(f)
	}
	return out
}

// largestVerdict is the size limit of a verdict's JSON: every byte of a note may
// be escaped.
const largestVerdict = 6*verdict.MaxNote + 1<<10

// decide takes a verdict about one of the items.
func (s *Server) decide(w http.ResponseWriter, r *http.Request) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		http.Error(w, "a verdict is JSON", http.StatusUnsupportedMediaType)
		return
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(10 * time.Second)) // it is short
	said, err := readVerdict(http.MaxBytesReader(w, r.Body, largestVerdict))
	if err != nil {
		http.Error(w, string(text.Words(err)), http.StatusBadRequest)
		return
	}
	if s.cfg.OnVerdict == nil || !s.takes(said.ID) {
		http.Error(w, "this video takes no verdict", http.StatusNotFound)
		return
	}
	if err := s.cfg.OnVerdict(said.ID, said.Verdict, verdict.Note(said.Note)); err != nil {
		http.Error(w, string(text.Words(err)), http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// wireVerdict is a verdict as the page sends it.
type wireVerdict struct {
	ID      string
	Verdict verdict.Verdict
	Note    string
}

func readVerdict(body io.Reader) (wireVerdict, error) {
	var said wireVerdict
	d := json.NewDecoder(body)
	d.DisallowUnknownFields()
	if err := d.Decode(&said); err != nil {
		return said, errors.New("the verdict can't be read")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return said, errors.New("the verdict can't be read")
	}
	_, err := verdict.Parse(string(said.Verdict))
	return said, err
}

// takes reports whether a verdict about this id is asked for.
func (s *Server) takes(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return id != "" && slices.ContainsFunc(s.items, func(i Item) bool {
		return i.Left.ID == id || i.Right.ID == id && !i.Right.Source.IsZero()
	})
}

// quiet discards what net/http would write on the screen.
func quiet() *log.Logger { return log.New(io.Discard, "", 0) }
