package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
)

// A controller of switches, written from docs/protocols.md chapters 12 and 23 alone. It prints its PeerId, reads the
// multiaddr of a node and the name of a switch from a line of stdin, and prints each answer as a line of JSON.

const switchProtocol = "/actuator/switch/v1"

func control(own host.Host) error {
	fmt.Println(own.ID())
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if err != nil {
		return err
	}
	address, name, _ := strings.Cut(strings.TrimSpace(line), " ")
	info, err := peer.AddrInfoFromString(address)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := own.Connect(ctx, *info); err != nil {
		return err
	}
	one, err := own.NewStream(ctx, info.ID, switchProtocol)
	if err != nil {
		return err
	}
	other, err := own.NewStream(ctx, info.ID, switchProtocol)
	if err != nil {
		return err
	}
	state, err := ask(one, fields{"id": uint64(1), "op": "state", "n": name})
	if err != nil {
		return err
	}
	set := fields{
		"id": uint64(2), "op": "set", "n": name, "on": true, "cmd": command(), "seen": state["now"],
		"within": uint64(10), "for": uint64(60), "expect": false,
	}
	late := fields{
		"id": uint64(3), "op": "set", "n": name, "on": false, "cmd": command(),
		"seen": []any{make([]byte, 8), uint64(0)}, "within": uint64(60),
	}
	asked := []struct {
		stream  network.Stream
		request fields
	}{
		{one, set}, {other, set}, {one, late}, {one, fields{"id": uint64(5), "op": "describe"}},
		{other, fields{"id": uint64(6), "op": "set", "n": name}},
	}
	for _, each := range asked {
		if _, err := ask(each.stream, each.request); err != nil {
			return err
		}
	}
	// Moments are whole milliseconds: the next one is another.
	time.Sleep(20 * time.Millisecond)
	newer, err := ask(one, fields{"id": uint64(7), "op": "state", "n": name})
	if err != nil {
		return err
	}
	off := fields{
		"id": uint64(8), "op": "set", "n": name, "on": false, "cmd": command(), "seen": newer["now"],
		"within": uint64(60),
	}
	if _, err := ask(other, off); err != nil {
		return err
	}
	overtaken := fields{
		"id": uint64(9), "op": "set", "n": name, "on": true, "cmd": command(), "seen": state["now"],
		"within": uint64(60),
	}
	if _, err := ask(one, overtaken); err != nil {
		return err
	}
	return one.Close()
}

func command() []byte {
	cmd := make([]byte, 16)
	rand.Read(cmd)
	return cmd
}

// ask sends one frame, reads one, and prints it.
func ask(stream network.Stream, request fields) (fields, error) {
	var body bytes.Buffer
	encode(&body, request)
	if _, err := stream.Write(append(binary.AppendUvarint(nil, uint64(body.Len())), body.Bytes()...)); err != nil {
		return nil, err
	}
	stream.SetReadDeadline(time.Now().Add(10 * time.Second))
	length, err := binary.ReadUvarint(oneByte{stream})
	if err != nil || length == 0 || length > 17408 {
		return nil, fmt.Errorf("no frame: %v", err)
	}
	frame := make([]byte, length)
	if _, err := io.ReadFull(stream, frame); err != nil {
		return nil, err
	}
	value, err := decode(bytes.NewReader(frame))
	if err != nil {
		return nil, err
	}
	answer, ok := value.(fields)
	if !ok {
		return nil, fmt.Errorf("no map")
	}
	// Bytes are base64 in JSON.
	said, err := json.Marshal(answer)
	if err != nil {
		return nil, err
	}
	fmt.Println(string(said))
	return answer, nil
}

type oneByte struct{ io.Reader }

func (one oneByte) ReadByte() (byte, error) {
	var next [1]byte
	_, err := io.ReadFull(one, next[:])
	return next[0], err
}
