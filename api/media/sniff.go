package media

import (
	"bytes"
	"errors"
	"net/http"
	"strings"
)

// measure tells the format by its first bytes, never by a name or a
// Content-Type: both are often wrong.
func (s *source) measure(head []byte) (Info, error) {
	for _, format := range formats() {
		if format.is(head) {
			return format.measure(s)
		}
	}
	if isWebPage(head) {
		return Info{}, ErrWebPage
	}
	if info, ok, err := known(head); ok {
		return info, err
	}
	return s.behindJunk()
}

// format is a format that is measured: what its files begin with, and its reader.
type format struct {
	is      func(head []byte) bool
	measure func(*source) (Info, error)
}

// formats are those that are measured. The first that fits counts.
func formats() []format {
	return []format{
		{starts("\x89PNG"), still("png")},
		{starts("\xff\xd8\xff"), still("jpeg")},
		{starts("GIF8"), still("gif")},
		{riff("WEBP"), still("webp")},
		{riff("WAVE"), (*source).wav},
		{starts("riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb"), (*source).w64},
		{riff("AVI "), (*source).avi},
		{starts(asfHeader), (*source).asf},
		{starts("\x1aE\xdf\xa3"), (*source).matroska},
		{starts("OggS"), (*source).ogg},
		{starts("fLaC"), func(s *source) (Info, error) { return s.flac(0) }},
		{starts("ID3"), (*source).tagged},
		{starts("APETAGEX"), (*source).tagged},
		{isMP4, (*source).mp4},
		{isADTS, func(s *source) (Info, error) { return s.adts(0) }},
		{isMP3, func(s *source) (Info, error) { return s.mp3(0) }},
		{isAIFF, (*source).aiff},
		{starts("caff"), (*source).caf},
		{starts(".snd"), (*source).au},
	}
}

// still reads a picture of that format.
func still(format string) func(*source) (Info, error) {
	return func(s *source) (Info, error) { return s.image(format) }
}

func starts(magic string) func([]byte) bool {
	return func(head []byte) bool { return bytes.HasPrefix(head, []byte(magic)) }
}

// riff recognises a RIFF file of one form, in its large variants too.
func riff(form string) func([]byte) bool {
	return func(head []byte) bool { return isRIFF(head, form) }
}

func isAIFF(head []byte) bool {
	return len(head) >= 12 && string(head[:4]) == "FORM" && string(head[8:11]) == "AIF"
}

func isRIFF(head []byte, form string) bool {
	if len(head) < 12 || string(head[8:12]) != form {
		return false
	}
	switch string(head[:4]) {
	case "RIFF", "RF64", "BW64", "RIFX":
		return true
	}
	return false
}

// isMP4 recognises the boxes that a file of the MP4 family may begin with; old
// QuickTime files have no ftyp.
func isMP4(head []byte) bool {
	if len(head) < 8 {
		return false
	}
	switch string(head[4:8]) {
	case "ftyp", "moov", "mdat", "wide", "free", "skip", "pnot", "styp":
		return true
	}
	return false
}

func isMP3(head []byte) bool {
	_, ok := mpegAudio{}.parse(head)
	return ok || mayBeFree(head)
}

func isWebPage(head []byte) bool {
	return strings.HasPrefix(http.DetectContentType(head), "text/html")
}

// behindJunk looks for sound in what is no format at its beginning.
func (s *source) behindJunk() (Info, error) {
	const enough = 5
	info, err := s.mp3(0)
	if !errors.Is(err, ErrFormat) {
		return info, err
	}
	w, err := s.walkFrames(0, min(searchLength, s.size), parseADTS)
	if err == nil && w.frames >= enough {
		return s.adts(0)
	}
	return Info{}, ErrFormat
}

// tagged measures what follows the tags at the beginning: mostly mp3, sometimes
// flac or aac.
func (s *source) tagged() (Info, error) {
	_, _ = s.end() // to know whether a tag is cut off
	at, err := s.tagsBefore(0)
	if err != nil {
		return Info{}, err
	}
	head, err := s.some(at, headLength)
	switch {
	case err != nil:
		return Info{}, err
	case len(head) == 0 && s.sized():
		return Info{}, ErrCutOff
	case bytes.HasPrefix(head, []byte("fLaC")):
		return s.flac(at)
	case isADTS(head):
		return s.adts(at)
	}
	return s.mp3(at)
}
