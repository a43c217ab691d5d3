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
	starts := func(magic string) bool { return bytes.HasPrefix(head, []byte(magic)) }
	switch {
	case starts("\x89PNG"), starts("\xff\xd8\xff"), starts("GIF8"), isRIFF(head, "WEBP"):
		return s.image()
	case isRIFF(head, "WAVE"):
		return s.wav()
	case starts(asfHeader):
		return s.asf()
	case isRIFF(head, "AVI "), isRIFF(head, "AVIX"):
		return s.avi()
	case starts("riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb"):
		return s.w64()
	case starts("\x1aE\xdf\xa3"):
		return s.matroska()
	case starts("OggS"):
		return s.ogg()
	case starts("fLaC"):
		return s.flac(0)
	case starts("ID3"), starts("APETAGEX"):
		return s.tagged()
	case isMP4(head):
		return s.mp4()
	case isADTS(head):
		return s.adts(0)
	case isMP3(head):
		return s.mp3(0)
	case starts("FORM") && len(head) >= 12 && string(head[8:11]) == "AIF":
		return s.aiff()
	case starts("caff"):
		return s.caf()
	case starts(".snd"):
		return s.au()
	case isWebPage(head):
		return Info{}, ErrWebPage
	}
	if info, ok, err := known(head); ok {
		return info, err
	}
	return s.behindJunk()
}

// isRIFF recognises a RIFF file of one form, in its large variants too.
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
