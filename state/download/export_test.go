package download

import "os"

// Disk is a disk that fails as a test wants.
type Disk struct {
	Reached func()
	Writes  func(*os.File, []byte) (int, error)
	Syncs   func(*os.File) error
	Frees   func(folder string) (int64, error)
}

// Fail makes the downloader use a disk that fails.
func (d *Downloader) Fail(with Disk) {
	d.disk = disk{with.Reached, with.Writes, with.Syncs, with.Frees}
}
