package media

import (
	"bytes"
	"net/http"
	"strings"

	"dubtop/api/media/asf"
	"dubtop/api/media/file"
	"dubtop/api/media/frames"
	"dubtop/api/media/matroska"
	"dubtop/api/media/mp4"
	"dubtop/api/media/ogg"
	"dubtop/api/media/riff"
)

// measure picks the reader by the first bytes, never by a name or a
// Content-Type: both are often wrong.
func measure(s *file.Source, head []byte) (Info, error) {
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
	return frames.BehindJunk(s)
}

// format is a format that can be measured: how its files begin, and its reader.
type format struct {
	is      func(head []byte) bool
	measure func(*file.Source) (Info, error)
}

// formats lists the formats that can be measured. The first match counts.
func formats() []format {
	return []format{
		{starts("\x89PNG"), still("png")},
		{starts("\xff\xd8\xff"), still("jpeg")},
		{starts("GIF8"), still("gif")},
		{riffForm("WEBP"), still("webp")},
		{riffForm("WAVE"), riff.WAV},
		{starts("riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb"), riff.Wave64},
		{riffForm("AVI "), riff.AVI},
		{starts(asf.Magic), asf.Measure},
		{starts("\x1aE\xdf\xa3"), matroska.Measure},
		{starts("OggS"), ogg.Measure},
		{starts("fLaC"), func(s *file.Source) (Info, error) { return frames.FLAC(s, 0) }},
		{starts("ID3"), frames.Tagged},
		{starts("APETAGEX"), frames.Tagged},
		{isMP4, mp4.Measure},
		{frames.IsAAC, func(s *file.Source) (Info, error) { return frames.AAC(s, 0) }},
		{frames.IsMP3, func(s *file.Source) (Info, error) { return frames.MP3(s, 0) }},
		{isAIFF, riff.AIFF},
		{starts("caff"), riff.CAF},
		{starts(".snd"), riff.AU},
	}
}

// still returns a reader for pictures of one format.
func still(format string) func(*file.Source) (Info, error) {
	return func(s *file.Source) (Info, error) { return measureImage(s, format) }
}

func starts(magic string) func([]byte) bool {
	return func(head []byte) bool { return bytes.HasPrefix(head, []byte(magic)) }
}

// riffForm recognises RIFF files of one form, including the large variants.
func riffForm(form string) func([]byte) bool {
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

// isMP4 recognises the boxes that files of the MP4 family may begin with. Old
// QuickTime files have no ftyp box.
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

func isWebPage(head []byte) bool {
	return strings.HasPrefix(http.DetectContentType(head), "text/html")
}
