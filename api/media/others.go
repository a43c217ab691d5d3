package media

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"dubtop/api/media/file"
)

// signature is how files of one format begin.
type signature struct {
	magic string
	at    int
	name  string
}

// known recognises formats that are not measured. Media come with an error that
// tells the user what to do; any other file is reported as neither picture nor
// sound.
func known(head []byte) (info Info, ok bool, err error) {
	for _, media := range unmeasured() {
		if media.fits(head) {
			return Info{}, true, notMeasured(media.name)
		}
	}
	if name := packets(head); name != "" {
		return Info{}, true, notMeasured(name)
	}
	if len(head) > 18 && bytes.HasPrefix(head, []byte("BM")) && bytes.Equal(head[6:10], make([]byte, 4)) {
		return Info{Kind: Image, Format: "bmp"}, true, nil
	}
	for _, picture := range pictures() {
		if picture.fits(head) {
			return Info{Kind: Image, Format: picture.name}, true, nil
		}
	}
	for _, other := range noMedia() {
		if other.fits(head) {
			return Info{Format: other.name}, true, nil
		}
	}
	if isText(head) {
		return Info{Format: "text"}, true, nil
	}
	return Info{}, false, nil
}

// notMeasured names the format and tells the user to convert the file.
func notMeasured(name string) error {
	return file.Because(ErrFormat, fmt.Sprintf("this is %s, whose length is not measured; convert it to mp4 or wav", name))
}

func (s signature) fits(head []byte) bool {
	return len(head) >= s.at && bytes.HasPrefix(head[s.at:], []byte(s.magic))
}

// unmeasured lists the media formats that are not measured.
func unmeasured() []signature {
	return []signature{
		{"\x00\x00\x01\xba", 0, "an MPEG program stream (mpg, vob)"},
		{"\x00\x00\x01\xb3", 0, "a raw MPEG video"},
		{"\x00\x00\x00\x01\x67", 0, "a raw H.264 video"},
		{"\x00\x00\x00\x01\x40", 0, "a raw H.265 video"},
		{"DKIF", 0, "an IVF video"},
		{"FLV\x01", 0, "a Flash video (flv)"},
		{".RMF", 0, "a RealMedia file"},
		{"\x06\x0e\x2b\x34", 0, "an MXF file"},
		{"YUV4MPEG2", 0, "a raw video (y4m)"},
		{"#!AMR", 0, "AMR audio"},
		{"MAC ", 0, "Monkey's Audio (ape)"},
		{"wvpk", 0, "WavPack audio"},
		{"TTA1", 0, "True Audio (tta)"},
		{"MPCK", 0, "Musepack audio"},
		{"MP+", 0, "Musepack audio"},
		{"DSD ", 0, "DSF audio"},
		{"FRM8", 0, "DFF audio"},
		{"\x0b\x77", 0, "AC-3 audio"},
		{"\x7f\xfe\x80\x01", 0, "DTS audio"},
		{"ADIF", 0, "AAC audio with an ADIF header"},
		{"MThd", 0, "a MIDI file"},
		{"FORM", 0, "an IFF file"},
		{"RIFF", 0, "a RIFF file"},
	}
}

// packets recognises formats that consist of packets without a header.
func packets(head []byte) string {
	const packet, stamped = 188, 192
	for _, p := range []struct{ first, each int }{{0, packet}, {4, stamped}} {
		if at := p.first + p.each; len(head) > at && head[p.first] == 'G' && head[at] == 'G' {
			return "an MPEG transport stream (ts)"
		}
	}
	if len(head) > 2 && head[0] == 0x56 && head[1]&0xe0 == 0xe0 {
		return "AAC audio in LOAS packets"
	}
	return ""
}

// pictures lists the picture formats whose size is not read.
func pictures() []signature {
	return []signature{
		{"II*\x00", 0, "tiff"},
		{"MM\x00*", 0, "tiff"},
		{"8BPS", 0, "psd"},
		{"\x00\x00\x01\x00", 0, "ico"},
		{"\xff\x0a", 0, "jpeg xl"},
		{"\x00\x00\x00\x0cJXL ", 0, "jpeg xl"},
		{"\x00\x00\x00\x0cjP  ", 0, "jpeg 2000"},
		{"v/1\x01", 0, "openexr"},
	}
}

// noMedia lists files that are often mistaken for media.
func noMedia() []signature {
	return []signature{
		{"%PDF", 0, "pdf"},
		{"PK\x03\x04", 0, "zip"},
		{"\x1f\x8b", 0, "gzip"},
		{"7z\xbc\xaf\x27\x1c", 0, "7z"},
		{"Rar!", 0, "rar"},
		{"\xd0\xcf\x11\xe0", 0, "office document"},
		{"SQLite format", 0, "database"},
		{"\x7fELF", 0, "program"},
		{"#EXTM3U", 0, "playlist"},
		{"WEBVTT", 0, "subtitles"},
		{"ustar", 257, "tar"},
	}
}

// isText reports whether a file is text: subtitles, a playlist, or an error in
// JSON or XML.
func isText(head []byte) bool {
	const few = 4 // a character may be cut off at the end
	return len(head) >= few && strings.HasPrefix(http.DetectContentType(head), "text/") &&
		utf8.Valid(bytes.TrimRightFunc(head, func(r rune) bool { return r == utf8.RuneError }))
}
