package draft

import (
	"errors"
	"net/url"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"dubtop/api"
	"dubtop/api/text"
)

// Source says where a media input comes from.
type Source int

// The sources of a media input.
const (
	SourceNone  Source = iota // nothing was typed
	SourceURL                 // a public link that the server fetches
	SourceAsset               // an asset of the account
	SourceFile                // a local file, sent with the request
)

// Media is a parsed media field. Source says which one of URL, AssetID and Path
// is set.
type Media struct {
	Source  Source
	URL     string // exactly as typed
	AssetID string
	Path    string // may be relative
}

// AssetPrefix marks an asset in a media field.
const AssetPrefix = "asset:"

var (
	uuidPattern   = regexp.MustCompile(`^(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	schemePattern = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*://`)
)

// ParseMedia parses text typed or dropped into a media field: a link, an asset
// ("asset:ID" or a bare UUID), or a path as read by [ParsePath]. It does no
// I/O. Empty text is not an error.
func ParseMedia(typed, home string) (Media, error) {
	t := strings.TrimSpace(typed)
	bare := unquoteWhole(t)
	switch {
	case t == "":
		return Media{}, nil
	case strings.HasPrefix(bare, AssetPrefix):
		id := strings.TrimSpace(bare[len(AssetPrefix):])
		if !api.ID(id).Valid() {
			return Media{}, errors.New("an asset is written asset:ID; ctrl+o picks one")
		}
		return Media{Source: SourceAsset, AssetID: id}, nil
	case uuidPattern.MatchString(bare):
		return Media{Source: SourceAsset, AssetID: bare}, nil
	case schemePattern.MatchString(bare) && !fileLink(bare):
		if err := checkLink(bare); err != nil {
			return Media{}, err
		}
		return Media{Source: SourceURL, URL: bare}, nil
	}
	p, err := ParsePath(t, home)
	if err != nil {
		return Media{}, err
	}
	return Media{Source: SourceFile, Path: p}, nil
}

// Base is the last part of the link or path, used as a name; "" for assets.
func (m Media) Base() text.Text { return text.Of(m.base()) }

// base is Base before it is cleaned for the screen.
func (m Media) base() string {
	switch m.Source {
	case SourceURL:
		u, err := url.Parse(m.URL)
		if err != nil {
			return ""
		}
		if b := path.Base(u.Path); b != "/" && b != "." {
			return b
		}
		if wire, read := api.HostForms(m.URL); read != "" {
			return string(wire)
		}
		return u.Host
	case SourceFile:
		return filepath.Base(m.Path)
	}
	return ""
}

// Holds is the kind of media that the input's name suggests: video, audio or
// image; "" if it suggests none of them.
func (m Media) Holds() string {
	switch kindOfName(m.base()) {
	case kindVideo:
		return "video"
	case kindAudio:
		return "audio"
	case kindImage:
		return "image"
	}
	return ""
}

// mediaKind is the kind of file that a name's extension suggests.
type mediaKind int

const (
	kindUnknown mediaKind = iota
	kindVideo
	kindAudio
	kindImage
	kindOtherImage // an image that the API does not accept
	kindOther      // certainly not media
)

// kindOfName judges by the extension alone, using the documented ones:
// https://sync.so/docs/api-reference/api/generate-api/create
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

// kindOfAsset converts an asset type of the API.
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
