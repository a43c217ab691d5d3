#!/bin/sh
# Makes the files of mp4/ with ffmpeg. Run it in this folder.
set -eu
mkdir -p mp4
ff() { ffmpeg -nostdin -y -v error "$@"; }

# Wrong kinds.
ff -f lavfi -i testsrc2=s=64x48 -frames:v 1 -f image2 mp4/a-picture.mp4
ff -f lavfi -i sine -t 2 -c:a aac mp4/no-picture.mp4
ff -f lavfi -i testsrc2=s=64x48:r=10 -t 2 -c:v mpeg4 mp4/no-sound.mp4
