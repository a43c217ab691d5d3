package ogg

import "dubtop/api/media/file"

// far measures a file of which only part may be read, by its two ends. Other
// recordings between them are noticed, but cannot be added up.
func (f *oggFile) far(end int64) error {
	room := f.source.Room() / 2
	at, err := f.pages(0, min(room, end), f.ready)
	if err != nil {
		return err
	}
	if f.cut || f.links > 0 || !f.ready() {
		return file.ErrTooFar // the headers alone are too large, usually because of a picture
	}
	f.foreign = false
	length, err := f.tail(at, end)
	if err != nil {
		return err
	}
	if f.links > 0 || f.foreign {
		return file.ErrJoined()
	}
	if len(f.order) == 1 {
		return f.alone(f.order[0], at, end, length)
	}
	return nil
}

// needed reports whether the end of a stream must be known.
func (f *oggFile) needed(st *oggStream) bool {
	return st.kind != file.Unknown && (f.source.Want() == file.Unknown || f.source.Want() == st.kind)
}

// ready reports whether all streams have begun.
func (f *oggFile) ready() bool {
	for _, st := range f.order {
		if st.kind != file.Unknown && !st.started {
			return false
		}
	}
	return f.begun
}

// tail reads more and more of the end until it has the last position of every
// needed stream. It returns the number of bytes read.
func (f *oggFile) tail(from, end int64) (int64, error) {
	for length := min(oggLongest, f.source.Room()/3); ; length *= 2 {
		if length > f.source.Room() && length > f.source.Page() {
			return 0, file.ErrTooFar
		}
		for _, st := range f.order {
			st.seen, st.tally = false, 0
		}
		at, err := f.resync(max(end-length, from), end)
		if err != nil {
			return 0, err
		}
		if _, err = f.pages(at, end, func() bool { return f.links > 0 }); err != nil {
			return 0, err
		}
		if f.cut || f.links > 0 || f.foreign || f.over() {
			return end - at, nil
		}
	}
}

// over reports whether the last positions of all needed streams have been seen.
func (f *oggFile) over() bool {
	for _, st := range f.order {
		if f.needed(st) && !st.seen {
			return false
		}
	}
	return true
}

// alone checks that a stream does not start anew under the same serial number.
// Joined files have more bytes per numbered page than a page is long; if so,
// the positions in between must increase.
func (f *oggFile) alone(st *oggStream, from, end, tail int64) error {
	const probes, fair = 6, 1.15
	last := st.last
	each := float64(max(tail/max(st.tally, 1), st.longest))
	if float64(end) < fair*each*float64(st.page+1) {
		return nil
	}
	before := st.start
	for i := range int64(probes) {
		at, err := f.resync(from+(end-from)*(i+1)/(probes+1), end)
		if err != nil {
			return err
		}
		st.seen = false
		if _, err = f.pages(at, end, func() bool { return st.seen || f.links > 0 }); err != nil {
			return err
		}
		if f.links > 0 || st.last < before {
			return file.ErrJoined()
		}
		before = st.last
	}
	st.last = last
	return nil
}
