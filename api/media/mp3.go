package media

import (
	"encoding/binary"
	"errors"
	"math"
)

const (
	// searchLength is how far the first frame may be from where it should be;
	// some taggers leave padding.
	searchLength = 64 << 10
	// decoderDelay is what a decoder of layer III drops beside the delay that the
	// encoder noted, in samples.
	decoderDelay = 529
)

// mp3 measures the MPEG audio that begins at an offset. The frames are counted,
// for the count that an encoder noted in the first of them is that of one part
// when files were joined, and there need not be one. Where a file is too large to
// be read by link, a count that fits the size of the file is believed; else the
// length is a guess.
func (s *source) mp3(from int64) (Info, error) {
	end, err := s.end()
	if err != nil {
		return Info{}, err
	}
	to := end
	if s.readable() || s.room() > 0 {
		if to, err = s.tagsBehind(from, end); err != nil {
			return Info{}, err
		}
	}
	m, err := s.firstMPEG(from, to)
	if err != nil {
		return Info{}, err
	}
	sound, err := m.measure()
	return Info{Format: "mp3", Sound: sound}, err
}

// mp3File is MPEG audio being measured: its frames from the first on.
type mp3File struct {
	source *source
	at, to int64
	parse  framer
	first  frame
	note   mp3Note
}

// firstMPEG looks for the first frame, which must be followed by another one.
func (s *source) firstMPEG(from, to int64) (*mp3File, error) {
	b, err := s.some(from, int(min(searchLength, to-from)))
	if err != nil {
		return nil, err
	}
	tries := 0 // of the free format, which costs time
	for i := range b {
		m := mpegAudio{}
		if mayBeFree(b[i:]) && tries < 16 {
			tries++
			m = freeFormat(b[i:])
		}
		f, ok := m.parse(b[i:])
		if ok && leads(b[i:], f, m.parse, from+int64(len(b)) == to, i == 0) {
			file := &mp3File{source: s, at: from + int64(i), to: to, parse: m.parse, first: f}
			file.note, err = s.mp3Note(file.at, b[i:i+4])
			return file, err
		}
	}
	return nil, ErrFormat
}

// leads says whether the frame at the beginning of b is followed by another one,
// a tag, or the end of the sound. At the place where the sound should begin, a
// frame that is cut off is one, too; elsewhere there must be a few in a row.
func leads(b []byte, f frame, parse framer, all, expected bool) bool {
	const row = 5
	if expected && all && f.length > len(b) {
		return f.layout>>9&3 == layerIII
	}
	for n := 1; n <= row; n++ {
		if f.length >= len(b) {
			return all && f.length == len(b)
		}
		b = b[f.length:]
		if next, ok := parse(b); ok && next.layout == f.layout {
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

// mp3Note is what an encoder noted in the first frame, which itself is silent and
// no part of the sound.
type mp3Note struct {
	there          bool
	frames, bytes  int64 // of the file, with the bytes of the first frame; 0 where it does not say
	delay, padding int   // samples that a decoder drops at the beginning and the end
}

// mp3Note reads the note of a frame.
func (s *source) mp3Note(at int64, header []byte) (mp3Note, error) {
	const sideInfo, large = 32, 4 + 4 + 4 + 100 + 4 + 24
	be := binary.BigEndian
	b, err := s.some(at, 4+sideInfo+4+large)
	if err != nil {
		return mp3Note{}, err
	}
	if v := b[min(4+sideInfo, len(b)):]; len(v) >= 18 && string(v[:4]) == "VBRI" {
		return mp3Note{there: true, bytes: int64(be.Uint32(v[10:])), frames: int64(be.Uint32(v[14:]))}, nil
	}
	side := sideInfo
	if header[1]>>3&3 != mpeg1 {
		side = 17
	}
	if header[3]>>6 == 3 { // one channel
		side = side/2 + 1
	}
	x := b[min(4+side, len(b)):]
	if len(x) < large || string(x[:4]) != "Xing" && string(x[:4]) != "Info" {
		return mp3Note{}, nil
	}
	return xing(x), nil
}

// xing reads a note of the kind that Xing invented and LAME extended.
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
	if len(rest) >= 24 { // 9 bytes of a name, 12 of loudness and the like
		n.delay += int(rest[21])<<4 | int(rest[22])>>4
		if n.frames > 0 {
			n.padding = max((int(rest[22])&15<<8|int(rest[23]))-decoderDelay, 0)
		}
	}
	return n
}

// trimmed takes off what the decoder drops.
func (m *mp3File) trimmed(seconds float64) float64 {
	return max(seconds-float64(m.note.delay+m.note.padding)/float64(m.first.rate), 0)
}

func (m *mp3File) measure() (Track, error) {
	if m.source.readable() {
		return m.counted()
	}
	if m.note.frames > 0 {
		return m.noted()
	}
	return m.source.sampled(m.at, m.to, m.parse)
}

// counted counts all frames.
func (m *mp3File) counted() (Track, error) {
	w, err := m.source.walkFrames(m.at, m.to, m.parse)
	if err != nil {
		return Track{}, err
	}
	frames, seconds := int64(w.frames), w.seconds
	if m.note.there {
		frames--
		seconds -= m.first.seconds()
	}
	missing := m.note.frames - frames
	if missing > 0 {
		m.note.padding = 0 // it is not there
	}
	short := m.note.bytes == 0 || m.note.bytes > m.to-m.at
	if missing > 1 && short || w.cut && (m.note.frames == 0 || missing > 0) {
		return Track{}, ErrCutOff
	}
	return Track{There: true, Seconds: m.trimmed(seconds)}, nil
}

// noted believes the count of the encoder if the file has as many bytes as it
// noted, and no frames come behind those.
func (m *mp3File) noted() (Track, error) {
	track := Track{There: true, Seconds: m.trimmed(float64(m.note.frames) * m.first.seconds())}
	more := m.to - m.at - m.note.bytes
	switch {
	case m.note.bytes == 0:
		return m.compared(track)
	case more < -int64(m.first.length):
		return Track{}, ErrCutOff
	case more <= int64(m.first.length):
		return track, nil
	}
	if _, err := m.source.firstMPEG(m.at+m.note.bytes, m.to); err != nil {
		return track, unlessFormat(err)
	}
	return m.source.sampled(m.at, m.to, m.parse)
}

// compared believes a count without a number of bytes if it is not far from what
// a few stretches of the file suggest.
func (m *mp3File) compared(noted Track) (Track, error) {
	guessed, err := m.source.sampled(m.at, m.to, m.parse)
	if err == nil && math.Abs(guessed.Seconds-noted.Seconds) <= guessed.Within {
		return noted, nil
	}
	return guessed, err
}

func unlessFormat(err error) error {
	if errors.Is(err, ErrFormat) {
		return nil
	}
	return err
}
