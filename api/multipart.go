package api

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"mime/multipart"
	"net/textproto"
	"path/filepath"
	"slices"
	"strings"

	"dubtop/api/exact"
)

// form is a multipart body of known length. Its files are streamed.
// https://sync.so/docs/api-reference/api/generate-api/create
type form struct {
	text   bytes.Buffer // written since the last file
	writer *multipart.Writer
	parts  []io.Reader
	size   int64
	opened []io.Closer
}

// newForm returns an empty form. Its boundary is derived from seed, so that the
// same request always has the same bytes.
func newForm(seed string) *form {
	f := &form{}
	f.writer = multipart.NewWriter(&f.text)
	// Sixteen hexadecimal digits are always a valid boundary.
	_ = f.writer.SetBoundary("dubtop-" + fingerprint([]byte(seed)))
	return f
}

func fingerprint(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16])
}

// field adds a text part.
func (f *form) field(name, value string) {
	_ = f.writer.WriteField(name, value) // a bytes.Buffer does not fail
}

// file adds a part of exactly size bytes.
func (f *form) file(field, name, contentType string, r io.Reader, size int64) {
	_, _ = f.writer.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {multipart.FileContentDisposition(field, name)},
		"Content-Type":        {contentType},
	})
	f.flush()
	f.parts = append(f.parts, &exactly{r: r, left: size, name: name})
	f.size += size
}

// flush turns the text written so far into a part.
func (f *form) flush() {
	b := bytes.Clone(f.text.Bytes())
	f.text.Reset()
	f.parts = append(f.parts, bytes.NewReader(b))
	f.size += int64(len(b))
}

// request ends the form and returns it as a request.
func (f *form) request(path, key string) outgoing {
	_ = f.writer.Close()
	f.flush()
	return outgoing{
		path: path, key: key, contentType: f.writer.FormDataContentType(),
		body: io.MultiReader(f.parts...), size: f.size,
	}
}

// close closes the files.
func (f *form) close() {
	for _, c := range f.opened {
		_ = c.Close()
	}
}

// generation adds the fields of a create body and its files to the form.
func (f *form) generation(p Paid) error {
	if !json.Valid(p.Body) || !exact.IsObject(p.Body) {
		return errors.New("the request is not a JSON object")
	}
	members := make(map[string][]byte)
	for name, value := range exact.Members(p.Body) {
		members[string(name)] = value
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if name == "input" {
			if err := f.inputs(members[name]); err != nil {
				return err
			}
			continue
		}
		value := string(members[name])
		if strings.HasPrefix(value, `"`) {
			value = exact.Unquote(members[name])
		}
		f.field(name, value)
	}
	for _, part := range p.Files {
		if err := f.open(part); err != nil {
			return err
		}
	}
	return nil
}

// inputs adds the inputs that are not files, one part each, like the vendor's
// own client.
func (f *form) inputs(list []byte) error {
	if !exact.IsList(list) {
		return errors.New("the inputs are not a list")
	}
	for item := range exact.Elements(list) {
		if !exact.IsObject(item) {
			return errors.New("an input is not an object")
		}
		var in Input
		if err := in.UnmarshalJSON(item); err != nil {
			return errors.New("an input cannot be read")
		}
		if !in.URL.IsZero() || in.AssetID != "" || in.Provider != nil {
			f.field("input", string(item))
		}
	}
	return nil
}

// open adds a local file after checking that it is still the expected one.
func (f *form) open(p FilePart) error {
	if p.Size > MaxUpload {
		return fmt.Errorf("the file %s is larger than 20 MB, and this server takes no uploads; give a link", p.Name)
	}
	r, err := p.Open()
	if err != nil {
		return fmt.Errorf("the file %s cannot be opened: %w", p.Name, err)
	}
	f.opened = append(f.opened, r)
	if s, ok := r.(interface{ Stat() (fs.FileInfo, error) }); ok {
		if info, err := s.Stat(); err != nil || info.Size() != p.Size {
			return fmt.Errorf("the file %s has changed since it was chosen; choose it again", p.Name)
		}
	}
	f.file(p.Field, p.Name, MediaType(p.Name), r, p.Size)
	return nil
}

// exactly reads a file and fails unless it has the announced number of bytes.
type exactly struct {
	r    io.Reader
	left int64
	name string
}

func (e *exactly) Read(p []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n, err := e.r.Read(p[:min(int64(len(p)), e.left)])
	e.left -= int64(n)
	if errors.Is(err, io.EOF) && e.left > 0 {
		return n, fmt.Errorf("the file %s became shorter while it was sent", e.name)
	}
	return n, err
}

// MediaType returns the content type of a media file by its name.
func MediaType(name string) string {
	types := map[string]string{
		".mp4": "video/mp4", ".mov": "video/quicktime", ".webm": "video/webm", ".avi": "video/x-msvideo",
		".wav": "audio/wav", ".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".aac": "audio/aac",
		".ogg": "audio/ogg", ".flac": "audio/flac",
		".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp",
	}
	return cmp.Or(types[strings.ToLower(filepath.Ext(name))], "application/octet-stream")
}
