package media

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
)

const (
	// searchLength is how far the first frame may be from where it should be;
	// some taggers leave padding.
	searchLength = 64 << 10
	// sampleFrames is how many frames of one bitrate make a constant one.
	sampleFrames = 64
	// maxFrames is 30 hours of frames.
	maxFrames = 1 << 22
)

// frame is what the header of one frame of MPEG audio, layer III, says.
type frame struct {
	bitrate  int // bits per second
	rate     int // samples per second
	samples  int
	length   int // bytes, with the header
	sideInfo int // bytes between the header and the sound
}

func (f frame) seconds() float64 { return float64(f.samples) / float64(f.rate) }

// parseFrame reads a header, and reports false if these bytes are none.
func parseFrame(b []byte) (frame, bool) {
	if len(b) < 4 || b[0] != 0xff || b[1]&0xe6 != 0xe2 { // sync, layer III
		return frame{}, false
	}
	version := b[1] >> 3 & 3 // 3 is MPEG-1, 2 is MPEG-2, 0 is MPEG-2.5
	bitrate, rate := bitsPerSecond(version, b[2]>>4), samplesPerSecond(version, b[2]>>2&3)
	if bitrate == 0 || rate == 0 {
		return frame{}, false
	}
	f := frame{bitrate: bitrate, rate: rate, samples: 576, sideInfo: 17}
	if version == 3 {
		f.samples, f.sideInfo = 1152, 32
	}
	if b[3]>>6 == 3 { // one channel
		f.sideInfo = f.sideInfo/2 + 1
	}
	f.length = f.samples/8*f.bitrate/f.rate + int(b[2]>>1&1)
	return f, true
}

// bitsPerSecond is 0 for the free format and for numbers that mean nothing.
func bitsPerSecond(version, index byte) int {
	kilobits := [16]int{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0}
	if version == 3 {
		kilobits = [16]int{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0}
	}
	return 1000 * kilobits[index]
}

func samplesPerSecond(version, index byte) int {
	rate := [4]int{44100, 48000, 32000, 0}[index]
	switch version {
	case 3:
		return rate
	case 2:
		return rate / 2
	case 0:
		return rate / 4
	}
	return 0
}

// mp3 takes the number of frames from the header of an encoder (Xing, Info or
// VBRI). Without one it looks whether the bitrate is constant, and divides; and
// if it is not, it counts all frames.
func (s *source) mp3(from int64) (Info, error) {
	at, first, err := s.firstFrame(from)
	if err != nil {
		return Info{}, err
	}
	if frames := s.countedFrames(at, first); frames > 0 {
		return soundOf("mp3", float64(frames)*first.seconds()), nil
	}
	seconds, constant, err := s.countFrames(at, sampleFrames)
	if err == nil && constant && s.sized() {
		seconds = float64(s.soundEnd()-at) * 8 / float64(first.bitrate)
	} else if err == nil {
		seconds, _, err = s.countFrames(at, maxFrames)
	}
	return soundOf("mp3", seconds), err
}

// firstFrame looks for a header that is followed by another one.
func (s *source) firstFrame(from int64) (int64, frame, error) {
	window := make([]byte, min(searchLength, max(s.size-from, 0)))
	n, err := s.ReadAt(window, from)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, frame{}, err
	}
	window = window[:n]
	for i := range window {
		f, ok := parseFrame(window[i:])
		if !ok {
			continue
		}
		next := i + f.length
		if next+4 > len(window) {
			return from + int64(i), f, nil // the last one there is
		}
		if _, ok := parseFrame(window[next:]); ok {
			return from + int64(i), f, nil
		}
	}
	return 0, frame{}, ErrFormat
}

// countedFrames is the number of frames that the encoder noted in the first
// one, which itself is silent, or 0 if it noted none.
func (s *source) countedFrames(at int64, first frame) uint32 {
	be := binary.BigEndian
	if b, err := s.bytes(at+4+int64(first.sideInfo), 12); err == nil {
		tag := string(b[:4])
		if (tag == "Xing" || tag == "Info") && b[7]&1 != 0 {
			return be.Uint32(b[8:])
		}
	}
	if b, err := s.bytes(at+4+32, 18); err == nil && string(b[:4]) == "VBRI" {
		return be.Uint32(b[14:])
	}
	return 0
}

// countFrames adds up the frames one after another, at most limit of them, and
// says whether all have one bitrate.
func (s *source) countFrames(at int64, limit int) (seconds float64, constant bool, err error) {
	r := bufio.NewReaderSize(s.section(at), 32<<10)
	bitrate := 0
	for range limit {
		header, err := r.Peek(4)
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, false, err
		}
		f, ok := parseFrame(header)
		if !ok {
			return seconds, bitrate >= 0, nil // the end, or a tag
		}
		if bitrate == 0 {
			bitrate = f.bitrate
		} else if bitrate != f.bitrate {
			bitrate = -1
		}
		seconds += f.seconds()
		if _, err := r.Discard(f.length); err != nil && !errors.Is(err, io.EOF) {
			return 0, false, err
		}
	}
	return seconds, bitrate >= 0, nil
}

// soundEnd is where the sound ends: before an ID3v1 tag, if there is one.
func (s *source) soundEnd() int64 {
	const tagLength = 128
	if tag, err := s.bytes(s.size-tagLength, 3); err == nil && string(tag) == "TAG" {
		return s.size - tagLength
	}
	return s.size
}
