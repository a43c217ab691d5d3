package frames

import (
	"encoding/binary"
	"errors"
	"math"

	"dubtop/api/media/codec"
	"dubtop/api/media/file"
)

const (
	// searchLength is how far from its expected place the first frame may be,
	// in bytes; some taggers leave padding.
	searchLength = 64 << 10
	// decoderDelay is how many samples a layer III decoder drops in addition to
	// the delay noted by the encoder.
	decoderDelay = 529
)

// MP3 measures the MPEG audio from an offset on by counting frames. The count
// that encoders note in the first frame may be missing, and in a joined file it
// covers the first part only. Of a remote file too large to read, that count is
// believed if it fits the file's size; otherwise the length is an estimate.
func MP3(s *file.Source, from int64) (file.Info, error) {
	end, err := s.End()
	if err != nil {
		return file.Info{}, err
	}
	to := end
	if s.Readable() || s.Room() > 0 {
		if to, err = tagsBehind(s, from, end); err != nil {
			return file.Info{}, err
		}
	}
	m, err := firstMPEG(s, from, to)
	if err != nil {
		return file.Info{}, err
	}
	sound, err := m.measure()
	return file.Info{Format: "mp3", Sound: sound}, err
}

// mp3File is MPEG audio being measured, from its first frame on.
type mp3File struct {
	source *file.Source
	at, to int64
	parse  codec.Framer
	first  codec.Frame
	note   mp3Note
}

// firstMPEG finds the first frame, which must be followed by another one.
func firstMPEG(s *file.Source, from, to int64) (*mp3File, error) {
	b, err := s.Some(from, int(min(searchLength, to-from)))
	if err != nil {
		return nil, err
	}
	tries := 0 // attempts at the free format, which is slow to detect
	for i := range b {
		m := codec.MPEG{}
		if codec.MayBeFree(b[i:]) && tries < 16 {
			tries++
			m = codec.FreeFormat(b[i:])
		}
		f, ok := m.Parse(b[i:])
		if ok && leads(b[i:], f, m.Parse, from+int64(len(b)) == to, i == 0) {
			file := &mp3File{source: s, at: from + int64(i), to: to, parse: m.Parse, first: f}
			file.note, err = noteOf(s, file.at, b[i:i+4])
			return file, err
		}
	}
	return nil, file.ErrFormat
}

// leads reports whether the frame at the beginning of b is followed by another
// frame, a tag, or the end of the sound. Where the sound is expected to begin,
// one following frame or a frame that is cut off is enough; elsewhere there
// must be several in a row.
func leads(b []byte, f codec.Frame, parse codec.Framer, all, expected bool) bool {
	const row = 5
	if expected && all && f.Length > len(b) {
		return f.Layout>>9&3 == codec.LayerIII
	}
	for n := 1; n <= row; n++ {
		if f.Length >= len(b) {
			return all && f.Length == len(b)
		}
		b = b[f.Length:]
		if next, ok := parse(b); ok && next.Layout == f.Layout {
			f = next
		} else {
			return tagSize(b) > 0
		}
		if expected {
			return true
		}
	}
	return true
}

// mp3Note is the note (Xing, LAME or VBRI) that an encoder leaves in the first
// frame. That frame is silent and not part of the sound.
type mp3Note struct {
	there          bool
	frames, bytes  int64 // of the file, including the first frame's bytes; 0 if not noted
	delay, padding int   // samples that a decoder drops at the beginning and at the end
}

// noteOf reads the note in the frame at an offset.
func noteOf(s *file.Source, at int64, header []byte) (mp3Note, error) {
	const sideInfo, large = 32, 4 + 4 + 4 + 100 + 4 + 24
	be := binary.BigEndian
	b, err := s.Some(at, 4+sideInfo+4+large)
	if err != nil {
		return mp3Note{}, err
	}
	if v := b[min(4+sideInfo, len(b)):]; len(v) >= 18 && string(v[:4]) == "VBRI" {
		return mp3Note{there: true, bytes: int64(be.Uint32(v[10:])), frames: int64(be.Uint32(v[14:]))}, nil
	}
	side := sideInfo
	if header[1]>>3&3 != codec.MPEG1 {
		side = 17
	}
	if header[3]>>6 == 3 { // mono
		side = side/2 + 1
	}
	x := b[min(4+side, len(b)):]
	if len(x) < large || string(x[:4]) != "Xing" && string(x[:4]) != "Info" {
		return mp3Note{}, nil
	}
	return xing(x), nil
}

// xing reads a note in the format of Xing, as extended by LAME.
func xing(x []byte) mp3Note {
	be, n := binary.BigEndian, mp3Note{there: true, delay: decoderDelay}
	flags, rest := be.Uint32(x[4:]), x[8:]
	for _, field := range []struct {
		flag, size uint32
		to         *int64
	}{{1, 4, &n.frames}, {2, 4, &n.bytes}, {4, 100, nil}, {8, 4, nil}} {
		if flags&field.flag == 0 {
			continue
		}
		if field.to != nil {
			*field.to = int64(be.Uint32(rest))
		}
		rest = rest[field.size:]
	}
	if len(rest) >= 24 { // 9 bytes of encoder name, then 12 of loudness and the like
		n.delay += int(rest[21])<<4 | int(rest[22])>>4
		if n.frames > 0 {
			n.padding = max((int(rest[22])&15<<8|int(rest[23]))-decoderDelay, 0)
		}
	}
	return n
}

// trimmed subtracts the samples that the decoder drops.
func (m *mp3File) trimmed(seconds float64) float64 {
	return max(seconds-float64(m.note.delay+m.note.padding)/float64(m.first.Rate), 0)
}

func (m *mp3File) measure() (file.Track, error) {
	if m.source.Readable() {
		return m.counted()
	}
	if m.note.frames > 0 {
		return m.noted()
	}
	return Sampled(m.source, m.at, m.to, m.parse)
}

// counted counts all frames.
func (m *mp3File) counted() (file.Track, error) {
	w, err := Count(m.source, m.at, m.to, m.parse)
	if err != nil {
		return file.Track{}, err
	}
	frames, seconds := int64(w.Frames), w.Seconds
	if m.note.there {
		frames--
		seconds -= m.first.Seconds()
	}
	missing := m.note.frames - frames
	if missing > 0 {
		m.note.padding = 0 // the padding is missing
	}
	short := m.note.bytes == 0 || m.note.bytes > m.to-m.at
	if missing > 1 && short || w.cut && (m.note.frames == 0 || missing > 0) {
		return file.Track{}, file.ErrCutOff
	}
	return file.Track{There: true, Seconds: m.trimmed(seconds)}, nil
}

// noted believes the encoder's count if the file has as many bytes as noted and
// no frames follow them.
func (m *mp3File) noted() (file.Track, error) {
	track := file.Track{There: true, Seconds: m.trimmed(float64(m.note.frames) * m.first.Seconds())}
	more := m.to - m.at - m.note.bytes
	switch {
	case m.note.bytes == 0:
		return m.compared(track)
	case more < -int64(m.first.Length):
		return file.Track{}, file.ErrCutOff
	case more <= int64(m.first.Length):
		return track, nil
	}
	if _, err := firstMPEG(m.source, m.at+m.note.bytes, m.to); err != nil {
		return track, unlessFormat(err)
	}
	return Sampled(m.source, m.at, m.to, m.parse)
}

// compared believes a count without a number of bytes if it is close to an
// estimate.
func (m *mp3File) compared(noted file.Track) (file.Track, error) {
	guessed, err := Sampled(m.source, m.at, m.to, m.parse)
	if err == nil && math.Abs(guessed.Seconds-noted.Seconds) <= guessed.Within {
		return noted, nil
	}
	return guessed, err
}

func unlessFormat(err error) error {
	if errors.Is(err, file.ErrFormat) {
		return nil
	}
	return err
}
