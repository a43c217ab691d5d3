package riff

import (
	"encoding/binary"
	"errors"
	"io"
	"math"

	"dubtop/api/media/codec"
	"dubtop/api/media/file"
	"dubtop/api/media/frames"
)

const (
	// aviStreams is more streams than any AVI has.
	aviStreams = 32
	// aviParts is more than the chunks in ten hours of sound.
	aviParts = 1 << 20
	// aviDeep is how deeply lists may be nested.
	aviDeep = 4
)

// aviFile is an AVI file being measured.
type aviFile struct {
	source  *file.Source
	streams []*aviStream
	movi    riffChunk // the first list of pictures and sound
	end     int64     // end of the first RIFF according to its header
	parts   int       // chunks kept for all streams
}

// aviStream is one stream.
type aviStream struct {
	kind          file.Kind
	scale, rate   int64 // rate/scale units per second
	length        int64 // units, according to the header
	unit          int64 // bytes per unit of sound; 0 if each chunk is a unit
	format        codec.Wave
	width, height int

	indexed       bool  // the header lists the indexes of the stream
	indexedLength int64 // units according to that list
	indexedEnd    int64 // the offset that the list reaches to

	chunks, bytes int64
	parts         []riffChunk // chunks of sound whose content must be read
}

// riffChunk is a chunk: its name, or its list type, and the position of its
// body.
type riffChunk struct {
	name     string
	list     bool
	at, size int64
}

func (c riffChunk) next() int64 { return c.at + c.size + c.size&1 }

// AVI counts the pictures and the sound in the file. The lengths in the headers
// are filled in last, and cover only the first part of a large file.
func AVI(s *file.Source) (file.Info, error) {
	_, unsized := s.End()
	f := &aviFile{source: s}
	if err := f.head(); err != nil {
		return file.Info{}, err
	}
	info := f.info()
	var err error
	switch {
	case unsized != nil:
		err = f.declare(&info)
	case s.Readable():
		err = f.count(&info)
	default:
		err = f.far(&info)
	}
	return info, err
}

// chunk reads the header of a chunk.
func (f *aviFile) chunk(at int64) (riffChunk, error) {
	b, err := f.source.Bytes(at, 8)
	if err != nil {
		return riffChunk{}, err
	}
	c := riffChunk{name: string(b[:4]), at: at + 8, size: int64(binary.LittleEndian.Uint32(b[4:]))}
	if c.name == "LIST" || c.name == "RIFF" {
		if b, err = f.source.Bytes(at+8, 4); err != nil {
			return riffChunk{}, err
		}
		c.name, c.list, c.at, c.size = string(b), true, at+12, max(c.size-4, 0)
	}
	return c, nil
}

// head reads the chunks before the pictures and the sound.
func (f *aviFile) head() error {
	riff, err := f.chunk(0)
	if err != nil {
		return err
	}
	f.end = riff.at + riff.size
	for at, n := riff.at, 0; n < maxChunks; n++ {
		c, err := f.chunk(at)
		if err != nil {
			return f.source.CutAt(at+12, err)
		}
		switch {
		case !isRIFFName(c.name):
			return file.ErrDamaged
		case c.list && c.name == "hdrl":
			if err := f.lists(c, aviDeep); err != nil {
				return f.source.CutAt(c.next(), err)
			}
		case c.list && c.name == "movi":
			f.movi = c
			return nil
		}
		at = c.next()
	}
	return file.ErrDamaged
}

// lists reads a list of headers.
func (f *aviFile) lists(list riffChunk, deep int) error {
	for at, n := list.at, 0; at+8 <= list.at+list.size && n < maxChunks; n++ {
		c, err := f.chunk(at)
		if err != nil {
			return err
		}
		c.size = min(c.size, list.at+list.size-c.at)
		switch {
		case c.list && c.name == "strl" && deep > 0 && len(f.streams) < aviStreams:
			f.streams = append(f.streams, &aviStream{})
			err = f.lists(c, deep-1)
		case len(f.streams) > 0 && list.name == "strl":
			err = f.describe(f.streams[len(f.streams)-1], c)
		}
		if err != nil {
			return err
		}
		at = c.next()
	}
	return nil
}

// describe reads a header chunk of a stream.
func (f *aviFile) describe(st *aviStream, c riffChunk) error {
	const most = 64
	b, err := f.source.Some(c.at, int(min(c.size, most)))
	if err != nil {
		return err
	}
	le := binary.LittleEndian
	switch {
	case c.name == "strh" && len(b) >= 48:
		st.kind = map[string]file.Kind{"vids": file.Video, "auds": file.Audio}[string(b[:4])]
		st.scale, st.rate = int64(le.Uint32(b[20:])), int64(le.Uint32(b[24:]))
		st.length, st.unit = int64(le.Uint32(b[32:])), int64(le.Uint32(b[44:]))
	case c.name == "strf" && st.kind == file.Audio && len(b) >= 16:
		st.format = codec.WaveOf(b, le)
	case c.name == "strf" && st.kind == file.Video && len(b) >= 12:
		st.width, st.height = int(int32(le.Uint32(b[4:]))), int(int32(le.Uint32(b[8:])))
		st.height = max(st.height, -st.height) // negative: stored from the top
	case c.name == "indx" && len(b) >= 24:
		err = f.superIndex(st, c, b)
	}
	return err
}

// superIndex adds up the lengths in a stream's list of indexes.
func (f *aviFile) superIndex(st *aviStream, c riffChunk, head []byte) error {
	const headSize, entry = 24, 16
	le := binary.LittleEndian
	count := int64(le.Uint32(head[4:]))
	if le.Uint16(head) != 4 || head[3] != 0 || count > (c.size-headSize)/entry {
		return nil // this is an index itself
	}
	b, err := f.source.Some(c.at+headSize, int(min(count*entry, 1<<20)))
	if err != nil {
		return err
	}
	for ; len(b) >= entry; b = b[entry:] {
		st.indexed = true
		st.indexedLength += int64(le.Uint32(b[12:]))
		st.indexedEnd = max(st.indexedEnd, int64(min(le.Uint64(b), 1<<60))+int64(le.Uint32(b[8:])))
	}
	return nil
}

// info returns the content of the headers without the lengths.
func (f *aviFile) info() file.Info {
	info := file.Info{Format: "avi"}
	if st := f.first(file.Video); st != nil {
		info.Picture.There = true
		info.Width, info.Height = st.width, st.height
		info.FrameRate = float64(st.rate) / math.Max(float64(st.scale), 1)
	}
	info.Sound.There = f.first(file.Audio) != nil
	return info
}

// first returns the first stream of a kind; further ones do not count.
func (f *aviFile) first(kind file.Kind) *aviStream {
	for _, st := range f.streams {
		if st.kind == kind {
			return st
		}
	}
	return nil
}

// count counts all chunks of pictures and sound.
func (f *aviFile) count(info *file.Info) error {
	if err := f.walk(); err != nil {
		return err
	}
	if st := f.first(file.Video); st != nil {
		info.Picture.Seconds = st.seconds(st.chunks)
	}
	if st := f.first(file.Audio); st != nil {
		track, err := f.sound(st)
		if err != nil {
			return err
		}
		info.Sound = track
	}
	return nil
}

// seconds converts units of the stream to seconds.
func (st *aviStream) seconds(units int64) float64 {
	if st.rate == 0 {
		return 0
	}
	return float64(units) * float64(st.scale) / float64(st.rate)
}

// sound returns how long the sound of a stream lasts when decoded.
func (f *aviFile) sound(st *aviStream) (file.Track, error) {
	track := file.Track{There: true}
	size, samples := st.format.Block()
	switch {
	case st.format.IsMPEG():
		w := frames.NewWalk(&partsReader{source: f.source, parts: st.parts}, codec.MPEG{}.Parse)
		err := w.Run()
		track.Seconds = w.Seconds
		return track, err
	case size > 0 && st.format.Rate > 0:
		track.Seconds = float64(st.bytes/size*samples) / float64(st.format.Rate)
	case st.unit > 0:
		track.Seconds = st.seconds(st.bytes / st.unit)
	default:
		track.Seconds = st.seconds(st.chunks)
	}
	return track, nil
}

// walk visits the chunks of pictures and sound. Large files have several lists
// of them, each in a RIFF of its own.
func (f *aviFile) walk() error {
	size := f.source.Size()
	open := f.movi.size == 0 || f.movi.next() > size
	unfinished := f.end <= f.movi.at // the headers were never filled in
	if open && !unfinished {
		return file.ErrCutOff
	}
	indexed := false
	for at := f.movi.at; at+8 <= size; {
		c, err := f.chunk(at)
		switch {
		case err != nil:
			return f.source.CutAt(at+12, err)
		case c.holds():
			at = c.at // descend into the list
			continue
		case !isRIFFName(c.name):
			return f.behind(at, indexed)
		case c.at+c.size > size:
			return file.ErrCutOff
		}
		indexed = indexed || c.name == "idx1"
		if f.add(c); f.parts > aviParts {
			return file.ErrDamaged
		}
		at = c.next()
	}
	return f.missing(indexed)
}

// behind judges bytes that are not a chunk: junk behind the end does no harm.
func (f *aviFile) behind(at int64, indexed bool) error {
	if f.movi.size == 0 || at < f.movi.at+f.movi.size {
		return file.ErrDamaged
	}
	return f.missing(indexed)
}

// holds reports whether a list contains pictures or sound.
func (c riffChunk) holds() bool {
	return c.list && (c.name == "AVIX" || c.name == "movi" || c.name == "rec ")
}

// missing reports [file.ErrCutOff] if the file ends before the place that its
// header names. A wrong header does no harm if the index, which comes last, is
// there.
func (f *aviFile) missing(indexed bool) error {
	const slack = 8
	if !indexed && f.end > f.source.Size()+slack {
		return file.ErrCutOff
	}
	return nil
}

// add counts a chunk for its stream, whose number is in the chunk's name.
func (f *aviFile) add(c riffChunk) {
	n := int(c.name[0]-'0')*10 + int(c.name[1]-'0')
	if c.name[0] < '0' || c.name[0] > '9' || c.name[1] < '0' || c.name[1] > '9' || n >= len(f.streams) {
		return
	}
	st := f.streams[n]
	switch kind := c.name[2:]; {
	case st.kind == file.Video && (kind == "dc" || kind == "db"), st.kind == file.Audio && kind == "wb":
		st.chunks++
		st.bytes += c.size
		if st.kind == file.Audio && st.format.IsMPEG() {
			st.parts = append(st.parts, c)
			f.parts++
		}
	}
}

// isRIFFName reports whether name may be the name of a chunk.
func isRIFFName(name string) bool {
	for _, c := range []byte(name) {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// partsReader reads several chunks as one stream.
type partsReader struct {
	source *file.Source
	parts  []riffChunk
	done   int64 // bytes read of the first one
}

// Read implements [io.Reader].
func (r *partsReader) Read(p []byte) (int, error) {
	for len(r.parts) > 0 && r.done == r.parts[0].size {
		r.parts, r.done = r.parts[1:], 0
	}
	if len(r.parts) == 0 {
		return 0, io.EOF
	}
	part := r.parts[0]
	n, err := r.source.ReadAt(p[:min(int64(len(p)), part.size-r.done)], part.at+r.done)
	r.done += int64(n)
	if n > 0 && errors.Is(err, io.EOF) {
		err = nil
	}
	return n, err
}
