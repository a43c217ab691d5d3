package draft

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"dubtop/api"
	"dubtop/api/exact"
)

// File is a local file that a request uses. Its size and hash identify the
// content that was priced.
type File struct {
	Field  string `json:"field"` // video, image or audio
	Path   string `json:"path"`
	Size   int64  `json:"size"`   // bytes
	SHA256 string `json:"sha256"` // hexadecimal, "" until measured
	// Asset is the asset that the content has become; "" while it is only here.
	Asset string `json:"asset,omitempty"`
	// Line is the line of a batch that uses the file, from 1; 0 in other requests.
	Line int `json:"line,omitempty"`

	Stamp Stamp `json:"stamp,omitzero"`
}

// Stamp is what a disk tells about a file that was not changed since it was
// measured.
type Stamp struct {
	Size    int64  `json:"size"`  // bytes
	ModTime int64  `json:"mtime"` // nanoseconds since 1970
	Inode   uint64 `json:"inode"`
}

// Content is what makes two files the same asset: an asset is of one type.
type Content struct {
	SHA256 string
	Field  string // video, image or audio
}

// Content identifies the file's content. It is zero until the file is measured.
func (f *File) Content() Content {
	if f.SHA256 == "" {
		return Content{}
	}
	return Content{f.SHA256, f.Field}
}

// Measure reads the file's content from r and sets Size and SHA256. It returns
// an error if the file is empty or too large.
func (f *File) Measure(r io.Reader) error {
	h := sha256.New()
	n, err := io.CopyBuffer(h, io.LimitReader(r, api.MaxAsset+1), make([]byte, 256<<10))
	switch {
	case err != nil:
		return fmt.Errorf("%s can't be read: %w", filepath.Base(f.Path), err)
	case n == 0:
		return fmt.Errorf("%s is empty", filepath.Base(f.Path))
	case n > api.MaxAsset:
		return fmt.Errorf("%s has more than %d GB", filepath.Base(f.Path), api.MaxAsset>>30)
	}
	f.Size, f.SHA256 = n, hex.EncodeToString(h.Sum(nil))
	return nil
}

// errNoPlace is the error for a request whose inputs do not fit its files.
var errNoPlace = errors.New("the request has no input for one of its files")

// WithAssets puts the assets of files into a request, each in the input that has
// none yet and neither a link nor a script, in order; files that have not become
// assets are left out. Everything else in the request keeps its bytes.
func WithAssets(body []byte, files []File) ([]byte, error) {
	left := slices.Clone(files)
	out, err := eachInput(body, func(item []byte, in *api.Input) ([]byte, error) {
		i := slices.IndexFunc(left, func(f File) bool { return f.Field == string(in.Type) })
		if i < 0 || !in.URL.IsZero() || in.AssetID != "" || in.Provider != nil {
			return item, nil
		}
		f := left[i]
		left = slices.Delete(left, i, i+1)
		return withAsset(item, f.Asset)
	})
	if err == nil && slices.ContainsFunc(left, func(f File) bool { return f.Asset != "" }) {
		err = errNoPlace
	}
	return out, err
}

// withAsset adds an asset to an input.
func withAsset(item []byte, asset string) ([]byte, error) {
	if asset == "" {
		return item, nil
	}
	id, err := json.Marshal(asset)
	if err != nil {
		return nil, err
	}
	end := bytes.LastIndexByte(item, '}')
	return slices.Concat(item[:end], []byte(`,"assetId":`), id, []byte("}")), nil
}

// WithoutAssets takes the assets of files out of a request again.
func WithoutAssets(body []byte, files []File) ([]byte, error) {
	return eachInput(body, func(item []byte, in *api.Input) ([]byte, error) {
		for _, f := range files {
			if f.Asset != "" && f.Asset == string(in.AssetID) && f.Field == string(in.Type) {
				return without(item, "assetId"), nil
			}
		}
		return item, nil
	})
}

// BatchWithAssets is WithAssets for the lines of a batch.
func BatchWithAssets(body []byte, files []File) ([]byte, error) {
	return eachPayload(body, files, WithAssets)
}

// BatchWithoutAssets is WithoutAssets for the lines of a batch.
func BatchWithoutAssets(body []byte, files []File) ([]byte, error) {
	return eachPayload(body, files, WithoutAssets)
}

// eachPayload rewrites the requests of a batch that use files.
func eachPayload(body []byte, files []File, change func(body []byte, files []File) ([]byte, error)) ([]byte, error) {
	at := make(map[int][]File)
	for _, f := range files {
		at[f.Line] = append(at[f.Line], f)
	}
	var out bytes.Buffer
	n := 0
	for line := range bytes.Lines(body) {
		if n++; at[n] == nil {
			out.Write(line)
			continue
		}
		if !json.Valid(line) {
			return nil, fmt.Errorf("line %d is not JSON", n)
		}
		var next bytes.Buffer
		for name, value := range exact.Members(line) {
			if string(name) == "payload" {
				changed, err := change(value, at[n])
				if err != nil {
					return nil, fmt.Errorf("line %d: %w", n, err)
				}
				value = changed
			}
			member(&next, name, value)
		}
		out.Write(next.Bytes())
		out.WriteString("}\n")
		delete(at, n)
	}
	if len(at) > 0 {
		return nil, errNoPlace
	}
	return out.Bytes(), nil
}

// eachInput rewrites the inputs of a request one by one.
func eachInput(body []byte, change func(item []byte, in *api.Input) ([]byte, error)) ([]byte, error) {
	if !json.Valid(body) || !exact.IsObject(body) {
		return nil, errors.New("the request is not a JSON object")
	}
	var out bytes.Buffer
	for name, value := range exact.Members(body) {
		if string(name) == "input" {
			var items [][]byte
			for item := range exact.Elements(value) {
				var in api.Input
				if err := in.UnmarshalJSON(item); err != nil {
					return nil, err
				}
				next, err := change(item, &in)
				if err != nil {
					return nil, err
				}
				items = append(items, next)
			}
			value = append(append([]byte{'['}, bytes.Join(items, []byte{','})...), ']')
		}
		member(&out, name, value)
	}
	return append(out.Bytes(), '}'), nil
}

// without copies an object without one of its members.
func without(object []byte, drop string) []byte {
	var out bytes.Buffer
	for name, value := range exact.Members(object) {
		if string(name) != drop {
			member(&out, name, value)
		}
	}
	return append(out.Bytes(), '}')
}

// member appends a member to an object that is still open.
func member(out *bytes.Buffer, name, value []byte) {
	if out.Len() == 0 {
		out.WriteByte('{')
	} else {
		out.WriteByte(',')
	}
	quoted, _ := json.Marshal(string(name)) // any string can be encoded
	out.Write(quoted)
	out.WriteByte(':')
	out.Write(value)
}
