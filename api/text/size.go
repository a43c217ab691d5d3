package text

// Bytes formats a size in powers of 1000, as disks and browsers do: 812 B,
// 10.5 MB.
func Bytes(n int64) Text {
	size, units := float64(n), []Text{"B", "kB", "MB", "GB", "TB", "PB", "EB"}
	at := 0
	for size >= 999.95 && at < len(units)-1 { // which would be written as 1000.0
		size /= 1000
		at++
	}
	if at == 0 {
		return Sprintf("%d B", n)
	}
	return Sprintf("%.1f %s", size, units[at])
}
