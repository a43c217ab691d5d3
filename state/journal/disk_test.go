package journal

import (
	"maps"
	"slices"
	"sync/atomic"
	"testing"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// disk sits between SQLite and the file system, and fails at a chosen point: a
// write, sync, truncation, creation or removal. It is a shim in the terms of
// https://www.sqlite.org/vfs.html. SQLite is C translated to Go, so its
// functions are pointers in tables, and everything it keeps is outside Go's
// heap.
type disk struct {
	under uintptr             // the system's VFS
	files map[uintptr]uintptr // tables of file functions: ours by the system's
	held  []any               // functions that SQLite points to

	point atomic.Int64 // the next point
	fails int64        // the point that fails, 0 for none
	how   failure
}

// failure is a way for a disk to fail.
type failure struct {
	name  string
	code  int32
	torn  bool // half of the data is written
	stays bool // it keeps failing
}

func failures() []failure {
	return []failure{
		{name: "once", code: sqlite3.SQLITE_IOERR},
		{name: "from then on", code: sqlite3.SQLITE_IOERR, stays: true},
		{name: "in the middle of a write", code: sqlite3.SQLITE_IOERR, torn: true, stays: true},
		{name: "full for a moment", code: sqlite3.SQLITE_FULL, torn: true},
		{name: "full", code: sqlite3.SQLITE_FULL, torn: true, stays: true},
	}
}

type (
	openFunc   = func(tls *libc.TLS, vfs, name, file uintptr, flags int32, out uintptr) int32
	deleteFunc = func(tls *libc.TLS, vfs, name uintptr, sync int32) int32
	writeFunc  = func(tls *libc.TLS, file, from uintptr, amount int32, at int64) int32
	cutFunc    = func(tls *libc.TLS, file uintptr, size int64) int32
	syncFunc   = func(tls *libc.TLS, file uintptr, flags int32) int32
	mapFunc    = func(tls *libc.TLS, file uintptr, region, size, extend int32, out uintptr) int32
)

// hold returns a function in the form of SQLite's tables, and keeps it from
// being collected.
func hold[F any](d *disk, f F) uintptr {
	v := any(f)
	d.held = append(d.held, v)
	return (*[2]uintptr)(unsafe.Pointer(&v))[1]
}

// function returns the function that a pointer in SQLite's tables leads to.
func function[F any](p uintptr) F { return *(*F)(unsafe.Pointer(&struct{ uintptr }{p})) }

// at returns the value at an address outside Go's heap.
func at[T any](address uintptr) *T { return (*T)(*(*unsafe.Pointer)(unsafe.Pointer(&address))) }

// failingDisk puts every journal opened during the test on such a disk. It does
// not fail before arm is called.
func failingDisk(t *testing.T) *disk {
	t.Helper()
	tls := libc.NewTLS()
	d := &disk{under: sqlite3.Xsqlite3_vfs_find(tls, 0), files: make(map[uintptr]uintptr)}
	ours := libc.Xcalloc(tls, 1, libc.Tsize_t(unsafe.Sizeof(sqlite3.Tsqlite3_vfs{})))
	name, err := libc.CString("failing")
	if err != nil {
		t.Fatal(err)
	}
	v := at[sqlite3.Tsqlite3_vfs](ours)
	*v = *at[sqlite3.Tsqlite3_vfs](d.under)
	v.FpNext, v.FzName, v.FxOpen, v.FxDelete = 0, name, hold[openFunc](d, d.open), hold[deleteFunc](d, d.delete)
	sqlite3.Xsqlite3_vfs_register(tls, ours, 1)
	t.Cleanup(func() {
		sqlite3.Xsqlite3_vfs_register(tls, d.under, 1)
		sqlite3.Xsqlite3_vfs_unregister(tls, ours)
		for _, p := range append(slices.Collect(maps.Values(d.files)), ours, name) {
			libc.Xfree(tls, p)
		}
		tls.Close()
	})
	return d
}

// arm makes the disk fail at a point, counted from 1 from now on; at none if it
// is 0.
func (d *disk) arm(point int64, how failure) {
	d.point.Store(0)
	d.fails, d.how = point, how
}

// passed returns the number of points since arm was called.
func (d *disk) passed() int64 { return d.point.Load() }

// broken reports whether the disk fails now.
func (d *disk) broken() bool {
	n := d.point.Add(1)
	return d.fails > 0 && (n == d.fails || d.how.stays && n > d.fails)
}

func (d *disk) open(tls *libc.TLS, _, name, file uintptr, flags int32, out uintptr) int32 {
	if flags&sqlite3.SQLITE_OPEN_CREATE != 0 && d.broken() {
		at[sqlite3.Tsqlite3_file](file).FpMethods = 0
		return sqlite3.SQLITE_CANTOPEN
	}
	rc := function[openFunc](at[sqlite3.Tsqlite3_vfs](d.under).FxOpen)(tls, d.under, name, file, flags, out)
	f := at[sqlite3.Tsqlite3_file](file)
	if rc != sqlite3.SQLITE_OK || f.FpMethods == 0 {
		return rc
	}
	f.FpMethods = d.failing(tls, f.FpMethods)
	return rc
}

func (d *disk) delete(tls *libc.TLS, _, name uintptr, sync int32) int32 {
	if d.broken() {
		return sqlite3.SQLITE_IOERR_DELETE
	}
	return function[deleteFunc](at[sqlite3.Tsqlite3_vfs](d.under).FxDelete)(tls, d.under, name, sync)
}

// failing makes a table of failing functions from a working one.
func (d *disk) failing(tls *libc.TLS, under uintptr) uintptr {
	if ours, ok := d.files[under]; ok {
		return ours
	}
	ours := libc.Xcalloc(tls, 1, libc.Tsize_t(unsafe.Sizeof(sqlite3.Tsqlite3_io_methods{})))
	d.files[under] = ours
	m := at[sqlite3.Tsqlite3_io_methods](ours)
	*m = *at[sqlite3.Tsqlite3_io_methods](under)
	write, cut, share := function[writeFunc](m.FxWrite), function[cutFunc](m.FxTruncate), m.FxShmMap
	m.FxWrite = hold[writeFunc](d, func(tls *libc.TLS, file, from uintptr, amount int32, to int64) int32 {
		if !d.broken() {
			return write(tls, file, from, amount, to)
		}
		if d.how.torn && d.passed() == d.fails {
			_ = write(tls, file, from, amount/2, to)
		}
		if d.how.code == sqlite3.SQLITE_FULL {
			return sqlite3.SQLITE_FULL
		}
		return sqlite3.SQLITE_IOERR_WRITE
	})
	m.FxTruncate = hold[cutFunc](d, func(tls *libc.TLS, file uintptr, size int64) int32 {
		if d.broken() {
			return sqlite3.SQLITE_IOERR_TRUNCATE
		}
		return cut(tls, file, size)
	})
	m.FxSync = hold[syncFunc](d, func(*libc.TLS, uintptr, int32) int32 {
		if d.broken() {
			return sqlite3.SQLITE_IOERR_FSYNC
		}
		return sqlite3.SQLITE_OK // nobody cuts the power here, and thousands of syncs would take minutes
	})
	if share != 0 {
		m.FxShmMap = hold[mapFunc](d, func(tls *libc.TLS, file uintptr, region, size, extend int32, out uintptr) int32 {
			if extend != 0 && d.broken() {
				return sqlite3.SQLITE_IOERR_SHMSIZE
			}
			return function[mapFunc](share)(tls, file, region, size, extend, out)
		})
	}
	return ours
}
