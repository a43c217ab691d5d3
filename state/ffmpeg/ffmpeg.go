// Package ffmpeg knows which files ffmpeg and ffprobe (https://ffmpeg.org) may
// open: local ones, in formats that contain their media. Playlists are left out,
// because they would make the programs read other files. It runs nothing.
package ffmpeg

// The formats, as ffmpeg names them.
const (
	// Films are the usual containers of pictures.
	Films = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,asf,flv,mpeg,mpegts,mxf"
	// Media are these, and rarer ones, and those of sound alone.
	Media = Films + ",nut,gxf,dv,rm,ivf," +
		"mp3,aac,ac3,eac3,flac,ogg,wav,w64,aiff,au,caf,amr,ape,wv,tta,dts,dtshd,truehd,mpc,mpc8,dsf,voc,ircam"
)

// Input returns the arguments that open a file of the formats, which is given by
// its absolute path. Options of an input stand before them.
func Input(path, formats string) []string {
	return []string{"-protocol_whitelist", "file", "-format_whitelist", formats, "-i", "file:" + path}
}
