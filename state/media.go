package state

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// Source says where a media input comes from.
type Source int

// The sources of a media input.
const (
	SourceNone  Source = iota // nothing was typed
	SourceURL                 // a public link that the server fetches
	SourceAsset               // an asset of the account
	SourceFile                // a local file, sent along
)

// Media is a media field, understood. One of URL, AssetID and Path is set, by
// Source.
type Media struct {
	Source  Source
	URL     string // byte for byte as typed
	AssetID string
	Path    string // may be relative
}

// AssetPrefix marks an asset in a media field.
const AssetPrefix = "asset:"

var (
	uuidPattern   = regexp.MustCompile(`^(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	assetPattern  = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`)
	schemePattern = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*://`)
)

// ParseMedia understands what was typed into a media field, or dropped there
// by a terminal: a link, an asset ("asset:ID" or a bare UUID), or a path,
// which may be quoted, backslash-escaped, a file:// link, or begin with "~".
// home stands for "~". It looks at no file. Nothing typed is no error.
func ParseMedia(typed, home string) (Media, error) {
	t := strings.TrimSpace(typed)
	bare := unquoteWhole(t)
	switch {
	case t == "":
		return Media{}, nil
	case strings.HasPrefix(bare, AssetPrefix):
		id := strings.TrimSpace(bare[len(AssetPrefix):])
		if !assetPattern.MatchString(id) {
			return Media{}, errors.New("an asset is written asset:ID; ctrl+o picks one")
		}
		return Media{Source: SourceAsset, AssetID: id}, nil
	case uuidPattern.MatchString(bare):
		return Media{Source: SourceAsset, AssetID: bare}, nil
	case strings.HasPrefix(strings.ToLower(bare), "file:/"):
		p, err := filePath(bare)
		return Media{Source: SourceFile, Path: p}, err
	case schemePattern.MatchString(bare):
		if err := checkLink(bare); err != nil {
			return Media{}, err
		}
		return Media{Source: SourceURL, URL: bare}, nil
	}
	p, err := unquotePath(t)
	if err != nil {
		return Media{}, err
	}
	return Media{Source: SourceFile, Path: ExpandHome(p, home)}, nil
}

// Base is the last part of the link or path, for a name; "" for assets.
func (m Media) Base() string {
	switch m.Source {
	case SourceURL:
		u, err := url.Parse(m.URL)
		if err != nil {
			return ""
		}
		if b := path.Base(u.Path); b != "/" && b != "." {
			return b
		}
		return u.Host
	case SourceFile:
		return filepath.Base(m.Path)
	}
	return ""
}

// unquoteWhole takes one pair of quotes off that encloses the whole text.
func unquoteWhole(s string) string {
	if len(s) < 2 || (s[0] != '\'' && s[0] != '"') || s[len(s)-1] != s[0] {
		return s
	}
	if in := s[1 : len(s)-1]; !strings.Contains(in, s[:1]) {
		return in
	}
	return s
}

// filePath reads a file: link, as file managers drop it.
func filePath(link string) (string, error) {
	u, err := url.Parse(link)
	if err != nil || u.Path == "" {
		return "", errors.New("this file:// link can't be read: type the path itself")
	}
	if u.Host != "" && u.Host != "localhost" {
		return "", fmt.Errorf("the file is on another machine (%s): copy it here first", u.Host)
	}
	return u.Path, nil
}

// unquotePath undoes what terminals do to a dropped path: quotes around it or
// around parts of it, and backslashes before special characters. A text
// without a well-formed sign of either is a path as it is, spaces and all.
func unquotePath(s string) (string, error) {
	if strings.ContainsRune(s, 0) {
		return "", errors.New("a path can't hold a NUL character")
	}
	var w shellWord
	for _, r := range s {
		w.add(r)
	}
	plain := w.text.String()
	switch {
	case plain == s || w.quote != 0 || w.escape:
		return s, nil
	case w.split && (s[0] == '\'' || s[0] == '"' || strings.Contains(s, `\ `)):
		return "", errors.New("this is more than one path: one file fits here")
	case w.split:
		return s, nil
	}
	return plain, nil
}

// shellWord reads text as a shell reads a word.
type shellWord struct {
	text   strings.Builder
	quote  rune // the quote that is open, 0 if none is
	escape bool // a backslash came before
	split  bool // a space stood where it ends a word
}

func (w *shellWord) add(r rune) {
	switch {
	case w.escape:
		w.escape = false
	case r == '\\' && w.quote != '\'':
		w.escape = true
		return
	case w.quote != 0:
		if r == w.quote {
			w.quote = 0
			return
		}
	case r == '\'' || r == '"':
		w.quote = r
		return
	case r == ' ':
		w.split = true
	}
	w.text.WriteRune(r)
}

// ExpandHome makes a typed path whole: home stands for "~".
func ExpandHome(p, home string) string {
	if home == "" || (p != "~" && !strings.HasPrefix(p, "~/")) {
		return p
	}
	return filepath.Join(home, p[1:])
}

// mediaKind is what a name's ending says about a file.
type mediaKind int

const (
	kindUnknown mediaKind = iota
	kindVideo
	kindAudio
	kindImage
	kindOtherImage // an image that the API does not take
	kindOther      // surely no media
)

// kindOfName judges by the ending alone. The endings are those that the
// vendor lists: https://sync.so/docs/api-reference/api/generate-api/create
func kindOfName(name string) mediaKind {
	switch strings.ToLower(strings.TrimPrefix(path.Ext(name), ".")) {
	case "mp4", "mov", "qt", "webm", "avi", "m4v":
		return kindVideo
	case "wav", "mp3", "ogg", "flac", "alac", "wma", "m4a", "m3a", "aac", "opus":
		return kindAudio
	case "jpg", "jpeg", "png", "webp":
		return kindImage
	case "gif", "bmp", "tif", "tiff", "heic", "heif", "avif", "svg":
		return kindOtherImage
	case "txt", "pdf", "json", "jsonl", "csv", "zip", "html", "htm", "srt", "vtt", "md":
		return kindOther
	}
	return kindUnknown
}

// kindOfAsset judges by the asset's type as the API gives it.
func kindOfAsset(kind string) mediaKind {
	switch kind {
	case "VIDEO":
		return kindVideo
	case "AUDIO":
		return kindAudio
	case "IMAGE":
		return kindImage
	}
	return kindUnknown
}
