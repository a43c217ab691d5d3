package simulator

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// ticketLife is how long a link for an upload works.
const ticketLife = time.Hour

// The limits of uploads: tickets per minute, and bytes of a file
// (https://sync.so/docs/api-reference). The Free plan takes less.
const (
	ticketLimit   = 120
	uploadLimit   = 5 << 30
	freeFileLimit = 1 << 30
)

// Uploaded is a file that a client was given a ticket for.
type Uploaded struct {
	Name    string
	Type    string // content type
	Size    int64  // as announced
	Whole   bool   // the storage has all of it
	SHA256  string // of the whole file, hexadecimal
	Puts    int    // times it arrived whole
	Begun   int    // times it was sent, whole or not
	Assets  int    // times it was registered
	Ordered time.Time
}

// ticket is a place in the storage.
type ticket struct {
	Uploaded
	id, sig string
	until   time.Time
	seconds float64
}

func (t *ticket) path() string { return "/uploads/" + t.id + "/" + url.PathEscape(t.Name) }

// Uploads returns every ticket handed out, oldest first.
func (s *Server) Uploads() []Uploaded {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Uploaded, len(s.tickets))
	for i, t := range s.tickets {
		out[i] = t.Uploaded
	}
	return out
}

// ExpireUploads makes the links of all tickets so far expire.
func (s *Server) ExpireUploads() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.tickets {
		t.until = time.Time{}
	}
}

// Assets returns the ids of the library's assets, oldest first.
func (s *Server) Assets() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]string, len(s.assets))
	for i, a := range s.assets {
		out[i] = a.ID
	}
	return out
}

// RemoveAsset deletes an asset, as somebody else might do.
func (s *Server) RemoveAsset(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := len(s.assets)
	s.assets = slices.DeleteFunc(s.assets, func(a *asset) bool { return a.ID == id })
	return len(s.assets) < known
}

// createTicket answers with a link for one file.
func (s *Server) createTicket(w http.ResponseWriter, r *http.Request) {
	var sent struct {
		FileName, ContentType string
		Size                  *float64
	}
	if f := readInto(r, &sent); f != nil {
		f.write(w)
		return
	}
	if f := s.ticketRefusal(sent.FileName, sent.ContentType, sent.Size); f != nil {
		f.write(w)
		return
	}
	s.mu.Lock()
	now := s.now()
	t := &ticket{
		Uploaded: Uploaded{Name: path.Base(sent.FileName), Type: sent.ContentType, Size: int64(*sent.Size), Ordered: now},
		id:       s.newID(), until: now.Add(ticketLife),
	}
	t.sig = fmt.Sprintf("%016x", hash(t.id))
	s.tickets = append(s.tickets, t)
	at := s.storage + t.path()
	s.mu.Unlock()
	writeJSON(w, http.StatusCreated, map[string]any{"uploadUrl": at + "?sig=" + t.sig, "url": at, "expiresIn": ticketLife.Seconds()})
}

// ticketRefusal returns why there is no ticket for a file, or nil.
func (s *Server) ticketRefusal(name, kind string, size *float64) *failure {
	var broken []string
	if name == "" {
		broken = append(broken, "fileName should not be empty")
	}
	if kind == "" {
		broken = append(broken, "contentType should not be empty")
	}
	if size == nil || *size < 1 {
		broken = append(broken, "size must not be less than 1")
	}
	if len(broken) > 0 {
		f := invalid(broken...)
		f.Message = broken
		return f
	}
	most := float64(uploadLimit)
	if s.opts.Plan == Free {
		most = freeFileLimit
	}
	if *size > most {
		return unprocessable("file_size_exceeds_plan_limit", "The file is larger than the plan allows")
	}
	return nil
}

// readInto reads a JSON object.
func readInto(r *http.Request, v any) *failure {
	_, body, f := readObject(r)
	if f == nil && json.Unmarshal(body, v) != nil {
		f = invalid("The body has members of wrong types")
	}
	return f
}

// receiveUpload stores a file. It answers like an object store, which knows no
// API keys and refuses what its signature does not cover.
func (s *Server) receiveUpload(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	t := s.ticketOf(r.URL.EscapedPath())
	valid := t != nil && r.URL.Query().Get("sig") == t.sig && s.now().Before(t.until)
	if valid {
		t.Begun++
	}
	s.mu.Unlock()
	switch {
	case r.Header.Get("x-api-key") != "":
		storeRefuses(w, http.StatusBadRequest, "InvalidArgument", "x-api-key is not signed")
		return
	case !valid:
		denied(w)
		return
	case r.Header.Get("Content-Type") != t.Type || r.ContentLength != t.Size:
		storeRefuses(w, http.StatusForbidden, "SignatureDoesNotMatch", "The headers are not those of the signature")
		return
	}
	sum := sha256.New()
	var g gauge
	n, err := io.Copy(io.MultiWriter(sum, &g), r.Body)
	if err != nil || n != t.Size {
		panic(http.ErrAbortHandler) // a part is not kept
	}
	s.mu.Lock()
	t.Puts++
	t.Whole, t.SHA256, t.seconds = true, hex.EncodeToString(sum.Sum(nil)), g.seconds(t.Name)
	s.mu.Unlock()
	w.Header().Set("ETag", `"`+t.SHA256[:32]+`"`)
	w.WriteHeader(http.StatusOK)
}

func storeRefuses(w http.ResponseWriter, status int, code, message string) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "<Error><Code>%s</Code><Message>%s</Message></Error>", code, message)
	writeBody(w, status, "application/xml", b.Bytes())
}

// ticketOf finds a ticket by the path of its file. The lock must be held.
func (s *Server) ticketOf(at string) *ticket {
	i := slices.IndexFunc(s.tickets, func(t *ticket) bool { return t.path() == at })
	if i < 0 {
		return nil
	}
	return s.tickets[i]
}

// createAsset registers an upload, or any public link.
func (s *Server) createAsset(w http.ResponseWriter, r *http.Request) {
	var sent struct{ URL, Type, Name, Visibility, ProjectID string }
	f := readInto(r, &sent)
	rules := reader{profile: s.opts.Profile}
	if f == nil {
		rules.oneOf("type", sent.Type, "AUDIO", "VIDEO", "IMAGE")
		if sent.Visibility != "" {
			rules.oneOf("visibility", sent.Visibility, "USER", "ORGANIZATION")
		}
		if !webLink(sent.URL) {
			rules.breaks("url must be a URL address")
		}
		if sent.ProjectID != "" && uuid.Validate(sent.ProjectID) != nil {
			rules.breaks("projectId must be a UUID")
		}
	}
	if len(rules.broken) > 0 {
		f = invalid(rules.broken...)
		f.Message = rules.broken
	}
	if f != nil {
		f.write(w)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	made := Asset{Type: sent.Type, Name: sent.Name, URL: sent.URL, Visibility: cmp.Or(sent.Visibility, "USER"), InputType: "URL"}
	if at, ours := strings.CutPrefix(sent.URL, s.storage); ours && strings.HasPrefix(at, "/uploads/") {
		t := s.ticketOf(at)
		if t == nil || !t.Whole {
			refuse(http.StatusNotFound, "uploaded_file_not_found", "The uploaded file was not found").write(w)
			return
		}
		t.Assets++
		made.InputType, made.Size, made.Seconds = "UPLOAD", t.Size, t.seconds
		made.Name, made.URL = cmp.Or(made.Name, t.Name), at
	}
	a := s.newAsset(made)
	s.keepAsset(a)
	writeJSON(w, http.StatusCreated, s.shownAsset(a))
}
