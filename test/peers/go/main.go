// A peer of go-libp2p that is driven over its streams: it swallows, sends and echoes bytes (streams.ts); or, with the word
// switch, one that commands a switch (switch.ts).
package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/p2p/muxer/yamux"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	"github.com/libp2p/go-libp2p/p2p/transport/tcp"
)

const piece = 16 * 1024

func main() {
	host, err := libp2p.New(
		libp2p.ListenAddrStrings("/ip4/127.0.0.1/tcp/0"),
		libp2p.NoTransports,
		libp2p.Transport(tcp.NewTCPTransport),
		libp2p.Security(noise.ID, noise.New),
		libp2p.Muxer(yamux.ID, yamux.DefaultTransport),
		libp2p.DisableRelay(),
	)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if len(os.Args) > 1 && os.Args[1] == "switch" {
		if err := control(host); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	host.SetStreamHandler("/peer/sink/1", func(stream network.Stream) { sink(stream, 0) })
	host.SetStreamHandler("/peer/slow/1", func(stream network.Stream) { sink(stream, 5*time.Millisecond) })
	host.SetStreamHandler("/peer/source/1", source)
	host.SetStreamHandler("/peer/echo/1", func(stream network.Stream) {
		defer stream.Close()
		io.Copy(stream, stream)
	})
	for _, address := range host.Addrs() {
		fmt.Printf("%s/p2p/%s\n", address, host.ID())
	}
	// Ends with the program that started it.
	io.Copy(io.Discard, os.Stdin)
}

// sink reads to the end, with a pause after each piece, and answers how many bytes came.
func sink(stream network.Stream, pause time.Duration) {
	defer stream.Close()
	buffer := make([]byte, piece)
	var total uint64
	for {
		count, err := stream.Read(buffer)
		total += uint64(count)
		if err == io.EOF {
			break
		}
		if err != nil {
			return
		}
		time.Sleep(pause)
	}
	binary.Write(stream, binary.BigEndian, total)
}

// source reads a number of bytes as uint64, and sends so many.
func source(stream network.Stream) {
	defer stream.Close()
	var left uint64
	if binary.Read(stream, binary.BigEndian, &left) != nil {
		return
	}
	buffer := make([]byte, piece)
	for left > 0 {
		count := min(left, piece)
		if _, err := stream.Write(buffer[:count]); err != nil {
			return
		}
		left -= count
	}
}
