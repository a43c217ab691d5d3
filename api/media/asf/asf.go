// Package asf measures WMA and WMV files by the times in their first and last
// packets.
//
// It never reads the packets in between and never decodes any.
package asf

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"

	"dubtop/api/media/codec"
	"dubtop/api/media/file"
)

// The objects of an ASF file, the format of WMA and WMV. Each begins with a
// GUID of sixteen bytes.
const (
	Magic               = "\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c"
	asfData             = "\x36\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c"
	asfFile             = "\xa1\xdc\xab\x8c\x47\xa9\xcf\x11\x8e\xe4\x00\xc0\x0c\x20\x53\x65"
	asfStream           = "\x91\x07\xdc\xb7\xb7\xa9\xcf\x11\x8e\xe6\x00\xc0\x0c\x20\x53\x65"
	asfExtension        = "\xb5\x03\xbf\x5f\x2e\xa9\xcf\x11\x8e\xe3\x00\xc0\x0c\x20\x53\x65"
	asfExtended         = "\xcb\xa5\xe6\x14\x72\xc6\x32\x43\x83\x99\xa9\x69\x52\x06\x5b\x5a"
	asfSound            = "\x40\x9e\x69\xf8\x4d\x5b\xcf\x11\xa8\xfd\x00\x80\x5f\x5c\x44\x2b"
	asfPicture          = "\xc0\xef\x19\xbc\x4d\x5b\xcf\x11\xa8\xfd\x00\x80\x5f\x5c\x44\x2b"
	asfObject           = 24 // bytes of an object's header
	asfDataHead         = 50 // bytes before the packets
	asfObjects          = 1000
	asfLongestPacket    = 1 << 20
	asfBroadcast        = 1 // a live stream, whose lengths are unknown
	asfTicks            = 1e7
	asfMilliseconds     = 1e3
	asfLongestExtension = 1 << 16
)

// asf is an ASF file being measured.
type asf struct {
	source    *file.Source
	streams   []*asfTrack // in file order
	preroll   int64       // milliseconds added to all times
	play      int64       // length in the header, including preroll, in 100 ns
	size      int64       // bytes of the file by its header; 0 if not given
	packet    int64       // bytes per packet
	live      bool
	data, end int64 // begin and end of the packets
}

// asfTrack is one stream.
type asfTrack struct {
	number        byte
	kind          file.Kind
	format        codec.Wave
	width, height int
	frame         float64 // seconds per picture; 0 if not given

	started    bool
	start      int64 // milliseconds
	last, prev int64 // milliseconds of the last object and the one before
	bytes      int64 // bytes of the last object
}

// Measure takes the length from the times in the first and last packets. The
// length in the header is that of the longest stream, and a live recording has
// none.
func Measure(s *file.Source) (file.Info, error) {
	f := &asf{source: s}
	_, unsized := s.End()
	if err := f.head(); err != nil {
		return file.Info{}, err
	}
	info := f.info()
	err := unsized
	if err == nil {
		err = f.measure(&info)
	}
	if errors.Is(err, file.ErrTooFar) && f.play > 0 && !f.live && unsized == nil {
		err = f.declared(&info)
	}
	return info, err
}

// declared takes the length from the header where packets cannot be read. It
// does so only for sound alone, if the file has the size noted in its header
// and the length fits the bytes per second.
func (f *asf) declared(info *file.Info) error {
	const least, most = 0.5, 1.3
	if len(f.streams) != 1 || f.streams[0].kind != file.Audio || f.streams[0].format.BytesPerSecond == 0 || f.size != f.source.Size() {
		return file.ErrTooFar
	}
	format := f.streams[0].format
	seconds := float64(f.play)/asfTicks - float64(f.preroll)/asfMilliseconds - format.Primed()
	expected := float64(f.source.Size()-f.data) / float64(format.BytesPerSecond)
	if seconds < least*expected || seconds > most*expected {
		return file.ErrTooFar
	}
	info.Sound.Seconds = seconds
	return nil
}

// head reads the header and finds the packets behind it.
func (f *asf) head() error {
	b, err := f.source.Bytes(0, asfObject+6)
	if err != nil {
		return err
	}
	end := int64(min(binary.LittleEndian.Uint64(b[16:]), math.MaxInt64/2))
	if err = f.objects(asfObject+6, end, f.object); err != nil {
		return f.source.CutAt(end, err)
	}
	if b, err = f.source.Bytes(end, asfDataHead); err != nil {
		return f.source.CutAt(end+asfDataHead, err)
	}
	if !bytes.HasPrefix(b, []byte(asfData)) || f.packet == 0 || f.packet > asfLongestPacket {
		return file.ErrDamaged
	}
	f.data = end + asfDataHead
	f.end = end + int64(min(binary.LittleEndian.Uint64(b[16:]), math.MaxInt64/4))
	return nil
}

// objects visits the objects between two offsets.
func (f *asf) objects(at, end int64, visit func(name string, at, size int64) error) error {
	for n := 0; at+asfObject <= end && n < asfObjects; n++ {
		b, err := f.source.Bytes(at, asfObject)
		if err != nil {
			return err
		}
		size := int64(min(binary.LittleEndian.Uint64(b[16:]), math.MaxInt64/2))
		if size < asfObject || size > end-at {
			return file.ErrDamaged
		}
		if err = visit(string(b[:16]), at+asfObject, size-asfObject); err != nil {
			return err
		}
		at += size
	}
	return nil
}

// object reads an object of the header.
func (f *asf) object(name string, at, size int64) error {
	le := binary.LittleEndian
	switch name {
	case asfFile:
		b, err := f.source.Bytes(at, 80)
		if err != nil {
			return err
		}
		f.size = int64(min(le.Uint64(b[16:]), math.MaxInt64/2))
		f.play = int64(min(le.Uint64(b[40:]), math.MaxInt64/2))
		f.preroll = int64(min(le.Uint64(b[56:]), math.MaxInt32))
		f.live = le.Uint32(b[64:])&asfBroadcast != 0
		if f.packet = int64(le.Uint32(b[72:])); f.packet != int64(le.Uint32(b[68:])) {
			return file.ErrNoLength // packets of varying size, which nobody writes
		}
	case asfStream:
		return f.stream(at, size)
	case asfExtension:
		const head = 22
		return f.objects(at+head, at+size, f.extended)
	}
	return nil
}

// stream reads the description of a stream.
func (f *asf) stream(at, size int64) error {
	const head, most = 54, 54 + 40
	b, err := f.source.Some(at, int(min(size, most)))
	if err != nil || len(b) < head+16 || len(f.streams) == 128 {
		return err
	}
	t := &asfTrack{number: b[48] & 127}
	f.streams = append(f.streams, t)
	switch string(b[:16]) {
	case asfSound:
		t.kind, t.format = file.Audio, codec.WaveOf(b[head:], binary.LittleEndian)
	case asfPicture:
		t.kind = file.Video
		t.width, t.height = int(binary.LittleEndian.Uint32(b[head:])), int(binary.LittleEndian.Uint32(b[head+4:]))
	}
	return nil
}

// extended reads how long a picture is shown.
func (f *asf) extended(name string, at, size int64) error {
	if name != asfExtended || size < 64 {
		return nil
	}
	b, err := f.source.Bytes(at, 64)
	if err != nil {
		return err
	}
	for _, t := range f.streams {
		if t.number == b[48]&127 {
			t.frame = float64(min(binary.LittleEndian.Uint64(b[52:]), math.MaxInt32)) / asfTicks
		}
	}
	return nil
}

// info returns the content of the header without the lengths.
func (f *asf) info() file.Info {
	info := file.Info{Format: "wma"}
	for _, t := range f.streams {
		switch {
		case t.kind == file.Video && !info.Picture.There:
			info.Format, info.Picture.There = "wmv", true
			info.Width, info.Height = t.width, t.height
			if t.frame > 0 {
				info.FrameRate = 1 / t.frame
			}
		case t.kind == file.Audio:
			info.Sound.There = true
		}
	}
	return info
}

// wanted returns the streams to be measured: the first of each wanted kind.
func (f *asf) wanted() []*asfTrack {
	var wanted []*asfTrack
	for _, kind := range []file.Kind{file.Video, file.Audio} {
		for _, t := range f.streams {
			if t.kind == kind && (f.source.Want() == file.Unknown || f.source.Want() == kind) {
				wanted = append(wanted, t)
				break
			}
		}
	}
	return wanted
}

// measure reads packets from both ends until it has seen the wanted streams.
func (f *asf) measure(info *file.Info) error {
	count, err := f.packets()
	if err != nil {
		return err
	}
	for n := int64(0); n < count && !f.all((*asfTrack).begun); n++ {
		if err := f.read(n, (*asfTrack).begin); err != nil {
			return err
		}
	}
	if err := f.fetch(); err != nil {
		return err
	}
	for n := count - 1; n >= 0 && !f.all((*asfTrack).over); n-- {
		if err := f.read(n, (*asfTrack).finish); err != nil {
			return err
		}
	}
	for _, t := range f.wanted() {
		track := &info.Sound
		if t.kind == file.Video {
			track = &info.Picture
		}
		track.Seconds = t.seconds()
	}
	return nil
}

// fetch reads the last packets of a remote file in one request, because they
// are visited backwards.
func (f *asf) fetch() error {
	tail := min(64<<10, f.source.Room()/2)
	if !f.source.IsRemote() || tail == 0 {
		return nil
	}
	from := max(f.end-tail, f.data)
	_, err := f.source.Some(from, int(f.end-from))
	return err
}

// begun reports whether the first time is known.
func (t *asfTrack) begun() bool { return t.started }

// over reports whether the last two times are known. Their difference is the
// length of the last object.
func (t *asfTrack) over() bool { return t.prev > 0 }

// packets returns the number of packets. The header of a live recording does
// not tell it: its packets go on to the end of the file or to an index there.
func (f *asf) packets() (int64, error) {
	size := f.source.Size()
	if f.end >= f.data+f.packet && !f.live {
		if f.end > size || f.size > size {
			return 0, file.ErrCutOff
		}
		return (f.end - f.data) / f.packet, nil
	}
	count := max(size-f.data, 0) / f.packet
	f.end = f.data + count*f.packet
	if f.end == size {
		return count, nil
	}
	b, err := f.source.Some(f.end, asfObject)
	if err != nil {
		return 0, err
	}
	if len(b) < asfObject || binary.LittleEndian.Uint64(b[16:]) > uint64(size-f.end) {
		return 0, file.ErrCutOff
	}
	return count, nil
}

func (f *asf) all(done func(*asfTrack) bool) bool {
	for _, t := range f.wanted() {
		if !done(t) {
			return false
		}
	}
	return true
}

// seconds returns the time from the first object to the end of the last.
func (t *asfTrack) seconds() float64 {
	if !t.started {
		return 0
	}
	stands := float64(t.last-t.prev) / asfMilliseconds
	switch {
	case t.frame > 0:
		stands = t.frame
	case t.prev == 0 && t.format.BytesPerSecond > 0:
		stands = float64(t.bytes) / float64(t.format.BytesPerSecond)
	}
	return max(float64(t.last-t.start)/asfMilliseconds+stands-t.format.Primed(), 0)
}
