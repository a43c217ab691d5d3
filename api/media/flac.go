package media

import (
	"bytes"
	"encoding/binary"
	"math"
)

// flacFile is a FLAC file being measured.
type flacFile struct {
	source        *source
	rate, samples int64 // samples is 0 where the encoder did not know
	block, frame  int64 // the largest block in samples, and frame in bytes; 0 where not known
	at, to        int64 // the frames
}

// flac takes the number of samples and the rate from STREAMINFO, which comes first,
// and holds them against the number in the last frame: a file that is still being
// copied has not got that far, and an encoder that wrote to a pipe left the number
// out.
func (s *source) flac(at int64) (Info, error) {
	f, err := s.flacHead(at)
	if err != nil {
		return Info{}, err
	}
	end, err := s.end()
	if err != nil {
		return Info{}, err
	}
	if !s.readable() && s.room() == 0 { // of a server that sends the beginning only
		return Info{}, ErrTooFar
	}
	if f.to, err = s.tagsBehind(at, end); err != nil {
		return Info{}, err
	}
	samples, err := f.measure()
	return soundOf("flac", float64(samples)/float64(f.rate)), err
}

// flacHead reads the blocks before the frames.
func (s *source) flacHead(at int64) (*flacFile, error) {
	const blocks, streamInfo = 1 << 10, 34
	f := &flacFile{source: s}
	at += 4
	for n := range blocks {
		head, err := s.bytes(at, 4)
		if err != nil {
			return nil, s.cutAt(at+4, err)
		}
		size := int64(binary.BigEndian.Uint32(head) & 0xffffff)
		if n == 0 {
			if head[0]&0x7f != 0 || size < streamInfo { // the top bit says it is the last
				return nil, ErrDamaged
			}
			b, err := s.bytes(at+4, streamInfo)
			if err != nil {
				return nil, s.cutAt(at+4+streamInfo, err)
			}
			f.describe(b)
		}
		at += 4 + size
		if head[0]&0x80 != 0 {
			break
		}
	}
	f.at = at
	if f.rate == 0 {
		return nil, ErrDamaged
	}
	return f, nil
}

// describe reads the body of STREAMINFO.
func (f *flacFile) describe(b []byte) {
	be := binary.BigEndian
	f.block = int64(be.Uint16(b[2:]))
	f.frame = int64(be.Uint32(b[6:]) & 0xffffff)
	packed := be.Uint64(b[10:]) // 20 bits rate, 8 bits shape, 36 bits samples
	f.rate, f.samples = int64(packed>>44), int64(packed&(1<<36-1))
}

// measure finds the number of samples that are there.
func (f *flacFile) measure() (int64, error) {
	counted, err := f.lastFrame()
	if err != nil {
		return 0, err
	}
	slack := f.rate / 20
	switch {
	case f.joined() && !f.source.readable():
		return 0, ErrTooFar
	case f.joined():
		return f.sum()
	case f.samples == 0 || counted > f.samples:
		return counted, nil
	case counted < f.samples-slack:
		return 0, ErrCutOff
	}
	return f.samples, nil
}

// lastFrame is the number of samples up to the end of the last frame.
func (f *flacFile) lastFrame() (int64, error) {
	const least = 64 << 10
	length := min(max(least, 2*f.frame), f.to-f.at)
	if room := f.source.room(); room > 0 {
		length = min(length, max(room-f.source.page(), 0))
	}
	if length <= 0 {
		return 0, nil
	}
	tail, err := f.source.some(f.to-length, int(length))
	if err != nil {
		return 0, err
	}
	samples, offset := f.lastOf(tail)
	switch {
	case offset >= 0:
		last, _ := parseFLAC(tail[offset:])
		return samples + last.samples, nil
	case length < f.to-f.at && f.source.far != nil:
		return 0, ErrTooFar
	}
	return 0, nil
}

// lastOf looks for the last frame in b, and returns the number of samples before
// it, and where it begins; -1 if there is none. A few bytes of sound may look like
// the header of one, so another must end where it begins.
func (f *flacFile) lastOf(b []byte) (samples int64, offset int) {
	type found struct {
		flacFrame
		at int
	}
	var later []found
	for i := len(b) - 1; i >= 0; i-- {
		h, ok := parseFLAC(b[i:])
		if !ok {
			continue
		}
		for _, last := range later {
			if h.end(f.block) == last.start(f.block) {
				return last.start(f.block), last.at
			}
		}
		const most = 64
		if later = append(later, found{h, i}); len(later) == most {
			break
		}
	}
	if len(later) == 0 {
		return 0, -1
	}
	last := later[len(later)-1]
	return last.start(f.block), last.at
}

// joined says whether the frames are too long for the number of samples that the
// beginning tells: another FLAC was put behind the first.
func (f *flacFile) joined() bool {
	if f.samples == 0 || f.block == 0 || f.frame == 0 {
		return false
	}
	frames := (f.samples + f.block - 1) / f.block
	return f.to-f.at > frames*f.frame
}

// sum adds up the samples of the files that were joined.
func (f *flacFile) sum() (int64, error) {
	w, total := f.source.forward(frameWindow), int64(0)
	magic := []byte("fLaC\x00\x00\x00\x22")
	for at := f.at; at < f.to; {
		b, err := w.rest(at, f.to)
		if err != nil {
			return 0, err
		}
		i := bytes.Index(b, magic)
		if i < 0 {
			at += max(int64(len(b)-len(magic)+1), 1)
			continue
		}
		next, err := f.source.flacHead(at + int64(i))
		if err == nil && next.rate == f.rate {
			total += next.samples
		}
		at += int64(i + len(magic))
	}
	return f.samples + total, nil
}

// flacFrame is what the header of a frame says.
type flacFrame struct {
	samples int64
	number  int64 // of the frame, or of its first sample
	varies  bool  // number counts samples, as blocks differ in size
}

// start is the number of samples before the frame.
func (h flacFrame) start(block int64) int64 { return h.end(block) - h.samples }

// end is the number of samples up to the end of the frame.
func (h flacFrame) end(block int64) int64 {
	if h.varies {
		return h.number + h.samples
	}
	return h.number*max(block, h.samples) + h.samples
}

// parseFLAC reads the header of a frame and checks its sum.
func parseFLAC(b []byte) (flacFrame, bool) {
	if len(b) < 6 || b[0] != 0xff || b[1]&0xfe != 0xf8 || b[3]&1 != 0 {
		return flacFrame{}, false
	}
	h := flacFrame{varies: b[1]&1 == 1}
	number, at := flacNumber(b[4:])
	if at == 0 {
		return flacFrame{}, false
	}
	h.number, at = number, at+4
	code := b[2] >> 4
	extra := map[byte]int{6: 1, 7: 2}[code]
	more := map[byte]int{12: 1, 13: 2, 14: 2}[b[2]&15]
	if len(b) <= at+extra+more || code == 0 || b[2]&15 == 15 {
		return flacFrame{}, false
	}
	h.samples = flacSamples(code, b[at:at+extra])
	at += extra + more
	return h, crc8(b[:at]) == b[at]
}

// flacSamples is how many samples a block of a code has; for two of them the
// number follows the header.
func flacSamples(code byte, extra []byte) int64 {
	switch {
	case code == 1:
		return 192
	case code < 6:
		return 576 << (code - 2)
	case code < 8:
		return int64(bigEndian(extra)) + 1
	}
	return 256 << (code - 8)
}

// flacNumber reads a number that is written as UTF-8 writes characters, but up to
// 36 bits, and says how many bytes it has; 0 if it is none.
func flacNumber(b []byte) (number int64, size int) {
	ones := 0
	for mask := byte(0x80); mask > 0 && b[0]&mask != 0; mask >>= 1 {
		ones++
	}
	if ones == 0 {
		return int64(b[0]), 1
	}
	if ones == 1 || ones == 8 || len(b) < ones {
		return 0, 0
	}
	number = int64(b[0]) & (1<<(7-ones) - 1)
	for _, c := range b[1:ones] {
		if c&0xc0 != 0x80 {
			return 0, 0
		}
		number = number<<6 | int64(c&0x3f)
	}
	return min(number, math.MaxInt64>>16), ones
}

// crc8 is the sum that a frame of FLAC has at the end of its header.
func crc8(b []byte) byte {
	var sum byte
	for _, c := range b {
		sum ^= c
		for range 8 {
			sum = sum<<1 ^ (sum>>7)*7
		}
	}
	return sum
}
