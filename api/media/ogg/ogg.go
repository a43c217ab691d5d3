// Package ogg measures Ogg files (Opus, Vorbis, FLAC, Speex, Theora) by the
// positions that their pages carry.
//
// Recordings that were joined into one file are added up. It never decodes a
// packet.
package ogg

import (
	"bytes"
	"encoding/binary"
	"slices"

	"dubtop/api/media/file"
)

const (
	oggHeader = 27
	// oggLongest is the largest possible page, in bytes.
	oggLongest = oggHeader + 255 + 255*255
	// oggPacket is how many bytes of a packet are kept, oggHeaders of a header.
	oggPacket  = 32
	oggHeaders = 1 << 20
)

// oggFile is an Ogg file being measured: the streams of the current link, and
// the total length of the links before it. A link is a part that could be a
// file of its own; radio stations start one for each piece, and joined files
// consist of several.
type oggFile struct {
	source         *file.Source
	win            *file.Forward
	streams        map[uint32]*oggStream
	order          []*oggStream // in order of their beginning
	begun          bool         // the link has pages behind those that begin streams
	links          int
	sound, picture file.Track
	width, height  int
	rate           float64
	cut            bool // the last page is incomplete
	foreign        bool // a page belongs to no known stream
}

// Measure adds up the lengths of the links. The length of a link is the
// position at the end of its last page less that at the beginning of its first,
// which is not 0 in a recording of a running stream.
func Measure(s *file.Source) (file.Info, error) {
	end, err := s.End()
	if err != nil {
		return file.Info{}, err
	}
	f := &oggFile{source: s, win: s.Forward(oggLongest), streams: map[uint32]*oggStream{}}
	if s.Readable() {
		_, err = f.pages(0, end, func() bool { return false })
	} else {
		err = f.far(end)
	}
	f.finish()
	switch {
	case err != nil:
		return file.Info{}, err
	case f.cut:
		return file.Info{}, file.ErrCutOff
	case !f.sound.There && !f.picture.There:
		return file.Info{}, file.ErrFormat
	}
	return file.Info{Format: "ogg", Sound: f.sound, Picture: f.picture, Width: f.width, Height: f.height, FrameRate: f.rate}, nil
}

// page is one page of an Ogg file.
type page struct {
	serial   uint32
	flags    byte
	position uint64
	number   uint32
	lacing   []byte // sizes of the packet segments in it
	body     []byte // up to oggPacket bytes, or all of a page with headers
	size     int64  // bytes of the whole page
}

// The flags of a page, and the position of a page on which no packet ends.
const (
	oggContinued  = 1
	oggFirst      = 2
	oggLast       = 4
	oggUnfinished = 1<<64 - 1
)

// parsePage reads a page from b, which may be cut off within the body.
func parsePage(b []byte) (page, bool) {
	if len(b) < oggHeader || !bytes.HasPrefix(b, []byte("OggS\x00")) || len(b) < oggHeader+int(b[26]) {
		return page{}, false
	}
	le := binary.LittleEndian
	p := page{flags: b[5], position: le.Uint64(b[6:]), serial: le.Uint32(b[14:]), number: le.Uint32(b[18:])}
	p.lacing = b[oggHeader : oggHeader+int(b[26])]
	p.body = b[oggHeader+len(p.lacing):]
	p.size = int64(oggHeader + len(p.lacing))
	for _, n := range p.lacing {
		p.size += int64(n)
	}
	p.body = p.body[:min(int64(len(p.body)), p.size-int64(oggHeader+len(p.lacing)))]
	return p, true
}

// pages reads the pages between two offsets until done reports true, and
// returns where it stopped.
func (f *oggFile) pages(at, end int64, done func() bool) (int64, error) {
	for at < end && !done() {
		b, err := f.win.Bytes(at, int(min(oggHeader+255, end-at)))
		if err != nil {
			return at, err
		}
		p, ok := parsePage(b)
		if !ok {
			if bytes.HasPrefix(b, []byte("OggS")) && int64(len(b)) == end-at {
				f.cut = true
				return end, nil
			}
			if at, err = f.resync(at+1, end); err != nil {
				return at, err
			}
			continue
		}
		if at+p.size > end {
			f.cut = true
			return end, nil
		}
		if f.wanted(p) { // its packets are needed
			if b, err = f.win.Bytes(at, int(p.size)); err != nil {
				return at, err
			}
			p, _ = parsePage(b)
		}
		f.take(p)
		at += p.size
	}
	return at, nil
}

// resync finds the next page behind something that is not one.
func (f *oggFile) resync(at, end int64) (int64, error) {
	magic := []byte("OggS")
	for at < end {
		b, err := f.win.Rest(at, end)
		if err != nil {
			return at, err
		}
		if i := bytes.Index(b, magic); i >= 0 {
			return at + int64(i), nil
		}
		at += max(int64(len(b)-len(magic)+1), 1)
	}
	return end, nil
}

// wanted reports whether the packets of a page are needed: headers, and the
// first packets of sound, whose lengths tell where the stream begins.
func (f *oggFile) wanted(p page) bool {
	st := f.streams[p.serial]
	return p.flags&oggFirst != 0 || st != nil && !st.started
}

// take adds a page to its stream.
func (f *oggFile) take(p page) {
	if p.flags&oggFirst != 0 {
		if f.begun || f.streams[p.serial] != nil {
			f.finish()
		}
		const most = 64
		if len(f.order) < most {
			st := oggStreamOf(p.body)
			f.streams[p.serial] = st
			f.order = append(f.order, st)
		}
	} else {
		f.begun = true
	}
	st := f.streams[p.serial]
	if st == nil {
		f.foreign = true
		return
	}
	st.page = int64(p.number)
	st.tally++
	st.longest = max(st.longest, p.size)
	if st.started {
		st.reach(p.position)
		return
	}
	heads := st.headers > 0
	st.unpack(p)
	if heads || p.position == oggUnfinished {
		return
	}
	st.started, st.last = true, st.ticks(p.position)
	st.start = max(st.last-st.pending, 0)
}

// reach notes the position at the end of a page.
func (st *oggStream) reach(position uint64) {
	if position != oggUnfinished {
		st.seen, st.last = true, st.ticks(position)
	}
}

// unpack handles the packets that end on a page.
func (st *oggStream) unpack(p page) {
	rest := p.body
	if p.flags&oggContinued == 0 {
		st.packet, st.size = nil, 0
	}
	skip := p.flags&oggContinued != 0 && st.size == 0 // its beginning was not recorded
	for _, n := range p.lacing {
		part := rest[:min(int(n), len(rest))]
		rest = rest[len(part):]
		most := oggPacket
		if st.headers > 0 && st.setUp != nil {
			most = oggHeaders
		}
		st.packet = append(st.packet, part[:max(min(len(part), most-len(st.packet)), 0)]...)
		st.size += int(n)
		if n == 255 {
			continue
		}
		if !skip && st.size > 0 {
			st.complete()
		}
		st.packet, st.size, skip = nil, 0, false
	}
}

// complete handles a complete packet.
func (st *oggStream) complete() {
	if st.headers > 0 {
		if st.headers--; st.headers == 0 && st.setUp != nil {
			st.setUp(st.packet)
		}
		return
	}
	st.pending += st.length(st.packet)
}

// finish adds the length of the current link. The first of several tracks of a
// kind counts.
func (f *oggFile) finish() {
	for _, kind := range []file.Kind{file.Audio, file.Video} {
		i := slices.IndexFunc(f.order, func(st *oggStream) bool { return st.kind == kind })
		if i < 0 {
			continue
		}
		track, st := &f.sound, f.order[i]
		if kind == file.Video {
			track = &f.picture
			f.width, f.height, f.rate = st.width, st.height, st.rate
		}
		track.There = true
		track.Seconds += st.seconds()
	}
	if len(f.order) > 0 {
		f.links++
	}
	f.streams, f.order, f.begun = map[uint32]*oggStream{}, nil, false
}
