package simulator

import (
	"crypto/sha256"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"path"
	"slices"
	"strings"
)

// The limits of the multipart parser, per file and in total
// (https://sync.so/docs/api-reference).
const (
	juneFileLimit    = 20 << 20
	currentFileLimit = 5 << 30
	fieldLimit       = 1 << 20
	partsLimit       = 35
)

// form is a multipart body being read.
type form struct {
	fields map[string][]string
	sums   [][]byte          // digests of the files and their fields
	files  map[string]*asset // by field
}

// readForm converts a multipart request into the fields of a JSON one. Its
// files become assets.
func (s *Server) readForm(r *http.Request, sub *submission) (map[string]json.RawMessage, *failure) {
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, invalid("The multipart body could not be read")
	}
	f := form{fields: make(map[string][]string), files: make(map[string]*asset)}
	for n := 0; ; n++ {
		part, err := parts.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil || n >= partsLimit {
			return nil, invalid("The multipart body could not be read")
		}
		if part.FileName() == "" {
			if err := f.addField(part); err != nil {
				return nil, err
			}
		} else if err := s.addFile(&f, sub, part); err != nil {
			return nil, err
		}
	}
	sub.receipt.Fields = f.fields
	members, failure := f.members()
	sub.digest = digest(members, f.sums)
	if failure != nil {
		return nil, failure
	}
	members["input"] = s.withFiles(members["input"], &f)
	return members, nil
}

func (f *form) addField(part *multipart.Part) *failure {
	text, err := io.ReadAll(io.LimitReader(part, fieldLimit+1))
	if err != nil {
		return invalid("The multipart body could not be read")
	}
	if len(text) > fieldLimit {
		return tooLarge("generation_input_validation_failed")
	}
	f.fields[part.FormName()] = append(f.fields[part.FormName()], string(text))
	return nil
}

// addFile reads a file to its end and keeps only its length and digest.
func (s *Server) addFile(f *form, sub *submission, part *multipart.Part) *failure {
	field := part.FormName()
	if !slices.Contains([]string{"video", "audio", "image"}, field) || f.files[field] != nil {
		return invalid("Unexpected field " + field)
	}
	limit, code := int64(juneFileLimit), ""
	if s.opts.Profile == Current {
		limit, code = currentFileLimit, "generation_input_validation_failed"
	}
	sum := sha256.New()
	var g gauge
	size, err := io.Copy(io.MultiWriter(sum, &g), io.LimitReader(part, limit+1))
	if err != nil {
		return invalid("The multipart body could not be read")
	}
	if size > limit {
		return tooLarge(code)
	}
	f.files[field] = s.uploaded(field, path.Base(part.FileName()), size, g.seconds(part.FileName()))
	f.sums = append(f.sums, []byte(field), sum.Sum(nil))
	sub.uploads = append(sub.uploads, f.files[field])
	sub.receipt.Files = append(sub.receipt.Files, File{Field: field, Name: part.FileName(), Size: size})
	return nil
}

func tooLarge(code string) *failure {
	f := refuse(http.StatusRequestEntityTooLarge, code, "File too large")
	f.Reason = "Payload Too Large" // Node's name for 413
	return f
}

// members converts the text parts to JSON fields, nested ones from their JSON
// text.
func (f *form) members() (map[string]json.RawMessage, *failure) {
	out := make(map[string]json.RawMessage)
	for name, values := range f.fields {
		switch name {
		case "input":
			items, failure := inputItems(values)
			if failure != nil {
				return nil, failure
			}
			out[name] = items
		case "options", "segments", "dubParams":
			if !json.Valid([]byte(values[0])) {
				return nil, invalid(name + " must be JSON text")
			}
			out[name] = json.RawMessage(values[0])
		default:
			out[name], _ = json.Marshal(values[0]) // any string can be encoded
		}
	}
	return out, nil
}

// inputItems joins the input parts, each an object (as sent by the published
// TypeScript SDK) or an array.
func inputItems(parts []string) (json.RawMessage, *failure) {
	items := make([]json.RawMessage, 0, len(parts))
	for _, part := range parts {
		var array []json.RawMessage
		switch text := strings.TrimSpace(part); {
		case json.Unmarshal([]byte(text), &array) == nil:
			items = append(items, array...)
		case json.Valid([]byte(text)):
			items = append(items, json.RawMessage(text))
		default:
			return nil, invalid("input must be JSON text")
		}
	}
	joined, _ := json.Marshal(items) // each part is valid JSON
	return joined, nil
}

// withFiles puts the files in their inputs. A file wins over a link.
func (s *Server) withFiles(raw json.RawMessage, f *form) json.RawMessage {
	var items, kept []json.RawMessage
	_ = json.Unmarshal(raw, &items) // absent means empty
	for _, item := range items {
		var head struct{ Type string }
		_ = json.Unmarshal(item, &head) // a non-object is refused later
		if f.files[head.Type] == nil {
			kept = append(kept, item)
		}
	}
	for _, field := range []string{"image", "video", "audio"} {
		a := f.files[field]
		if a == nil {
			continue
		}
		in := input{Type: field, AssetID: a.ID}
		if s.opts.Profile == Strict { // the page of June 2026 has no assets here
			in = input{Type: field, URL: s.whole(a.URL)}
		}
		item, _ := json.Marshal(in) // it contains only strings
		kept = append(kept, item)
	}
	all, _ := json.Marshal(kept) // each item is valid JSON
	return all
}
