package media

import (
	"bytes"
	"net/http"
	"strings"
)

// measure tells the format by its first bytes, never by a name or a
// Content-Type: both are often wrong.
func (s *source) measure(head []byte) (Info, error) {
	starts := func(magic string) bool { return bytes.HasPrefix(head, []byte(magic)) }
	switch {
	case starts("\x89PNG"), starts("\xff\xd8\xff"), starts("GIF8"), isRIFF(head, "WEBP"):
		return s.image()
	case isRIFF(head, "WAVE"):
		return s.wav()
	case starts("\x1aE\xdf\xa3"):
		return s.matroska()
	case starts("OggS"):
		return s.ogg()
	case starts("fLaC"):
		return s.flac(0)
	case starts("ID3"):
		return s.tagged(head)
	case isMP4(head):
		return s.mp4()
	case isMP3(head):
		return s.mp3(0)
	case isWebPage(head):
		return Info{}, ErrWebPage
	}
	return Info{}, ErrFormat
}

// isRIFF recognises a RIFF file of one form, in its large variants too.
func isRIFF(head []byte, form string) bool {
	if len(head) < 12 || string(head[8:12]) != form {
		return false
	}
	switch string(head[:4]) {
	case "RIFF", "RF64", "BW64":
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
	_, ok := parseFrame(head)
	return ok
}

func isWebPage(head []byte) bool {
	return strings.HasPrefix(http.DetectContentType(head), "text/html")
}

// tagged measures what follows an ID3v2 tag: mostly mp3, sometimes flac.
func (s *source) tagged(head []byte) (Info, error) {
	if len(head) < 10 {
		return Info{}, ErrDamaged
	}
	from := int64(10)
	for i, b := range head[6:10] {
		from += int64(b&0x7f) << (7 * (3 - i)) // seven bits in every byte
	}
	if head[5]&0x10 != 0 {
		from += 10 // a footer repeats the header
	}
	magic, err := s.bytes(from, 4)
	if err != nil {
		return Info{}, err
	}
	if string(magic) == "fLaC" {
		return s.flac(from)
	}
	return s.mp3(from)
}
