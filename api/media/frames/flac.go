package frames

import (
	"bytes"
	"encoding/binary"

	"dubtop/api/media/codec"
	"dubtop/api/media/file"
)

// flacFile is a FLAC file being measured.
type flacFile struct {
	source        *file.Source
	rate, samples int64 // samples is 0 if the encoder did not know
	block, frame  int64 // largest block in samples, largest frame in bytes; 0 if unknown
	at, to        int64 // begin and end of the frames
}

// FLAC takes the sample rate and the number of samples from the STREAMINFO
// block and checks them against the number in the last frame: a file that is
// still being copied ends earlier, and an encoder that wrote to a pipe left the
// number out.
func FLAC(s *file.Source, at int64) (file.Info, error) {
	f, err := flacHead(s, at)
	if err != nil {
		return file.Info{}, err
	}
	end, err := s.End()
	if err != nil {
		return file.Info{}, err
	}
	if !s.Readable() && s.Room() == 0 { // the server sends only the beginning
		return file.Info{}, file.ErrTooFar
	}
	if f.to, err = tagsBehind(s, at, end); err != nil {
		return file.Info{}, err
	}
	samples, err := f.measure()
	return file.SoundOf("flac", float64(samples)/float64(f.rate)), err
}

// flacHead reads the metadata blocks before the frames.
func flacHead(s *file.Source, at int64) (*flacFile, error) {
	const blocks, streamInfo = 1 << 10, 34
	f := &flacFile{source: s}
	at += 4
	for n := range blocks {
		head, err := s.Bytes(at, 4)
		if err != nil {
			return nil, s.CutAt(at+4, err)
		}
		size := int64(binary.BigEndian.Uint32(head) & 0xffffff)
		if n == 0 {
			if head[0]&0x7f != 0 || size < streamInfo { // the top bit marks the last block
				return nil, file.ErrDamaged
			}
			b, err := s.Bytes(at+4, streamInfo)
			if err != nil {
				return nil, s.CutAt(at+4+streamInfo, err)
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
		return nil, file.ErrDamaged
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

// measure returns the number of samples that are in the file.
func (f *flacFile) measure() (int64, error) {
	counted, err := f.lastFrame()
	if err != nil {
		return 0, err
	}
	slack := f.rate / 20
	switch {
	case f.joined() && !f.source.Readable():
		return 0, file.ErrTooFar
	case f.joined():
		return f.sum()
	case f.samples == 0 || counted > f.samples:
		return counted, nil
	case counted < f.samples-slack:
		return 0, file.ErrCutOff
	}
	return f.samples, nil
}

// lastFrame returns the number of samples up to the end of the last frame.
func (f *flacFile) lastFrame() (int64, error) {
	const least = 64 << 10
	length := min(max(least, 2*f.frame), f.to-f.at)
	if room := f.source.Room(); room > 0 {
		length = min(length, max(room-f.source.Page(), 0))
	}
	if length <= 0 {
		return 0, nil
	}
	tail, err := f.source.Some(f.to-length, int(length))
	if err != nil {
		return 0, err
	}
	samples, offset := f.lastOf(tail)
	switch {
	case offset >= 0:
		last, _ := codec.ParseFLAC(tail[offset:])
		return samples + last.Samples, nil
	case length < f.to-f.at && f.source.IsRemote():
		return 0, file.ErrTooFar
	}
	return 0, nil
}

// lastOf finds the last frame in b. It returns the number of samples before
// that frame and its offset, -1 if there is none. Sound may look like a frame
// header by chance, so another frame must end where the last begins.
func (f *flacFile) lastOf(b []byte) (samples int64, offset int) {
	type found struct {
		codec.FLACFrame
		at int
	}
	var later []found
	for i := len(b) - 1; i >= 0; i-- {
		h, ok := codec.ParseFLAC(b[i:])
		if !ok {
			continue
		}
		for _, last := range later {
			if h.End(f.block) == last.Start(f.block) {
				return last.Start(f.block), last.at
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
	return last.Start(f.block), last.at
}

// joined reports whether the frames take more bytes than the promised samples
// can, because another FLAC file was appended.
func (f *flacFile) joined() bool {
	if f.samples == 0 || f.block == 0 || f.frame == 0 {
		return false
	}
	frames := (f.samples + f.block - 1) / f.block
	return f.to-f.at > frames*f.frame
}

// sum adds up the samples of FLAC files that were joined.
func (f *flacFile) sum() (int64, error) {
	w, total := f.source.Forward(frameWindow), int64(0)
	magic := []byte("fLaC\x00\x00\x00\x22")
	for at := f.at; at < f.to; {
		b, err := w.Rest(at, f.to)
		if err != nil {
			return 0, err
		}
		i := bytes.Index(b, magic)
		if i < 0 {
			at += max(int64(len(b)-len(magic)+1), 1)
			continue
		}
		next, err := flacHead(f.source, at+int64(i))
		if err == nil && next.rate == f.rate {
			total += next.samples
		}
		at += int64(i + len(magic))
	}
	return f.samples + total, nil
}
