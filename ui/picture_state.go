package ui

import (
	"image"
	"time"

	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// pictureOf is where a picture comes from: the link of an image, or a local video.
// The zero one is no picture.
type pictureOf struct{ link, path string }

// pictures holds small pictures for the panes. One is fetched when the cursor
// rests, one at a time, and a bounded number is kept.
type pictures struct {
	of     map[kit.Screen]func() pictureOf // of the screens that show one
	on     bool
	slow   bool                      // the terminal was slow to show output
	cached map[pictureOf]image.Image // nil for those that can't be had
	order  []pictureOf               // the oldest first
	busy   bool                      // one is being fetched
	waits  bool                      // for the cursor to rest
	key    time.Time                 // when the last key was pressed
	drawn  drawnPicture
}

// drawnPicture is the picture drawn last.
type drawnPicture struct {
	of            pictureOf
	width, height int
	theme         *paint.Theme
	lines         []paint.Styled
}
