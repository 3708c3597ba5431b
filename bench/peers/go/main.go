// Either side of a pair of go-libp2p (bench/pair/contract.ts): an echo on streams, and gossip. It is told what to do by
// lines of JSON on its standard input, and answers by others.
package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"sync/atomic"
	"time"

	"github.com/libp2p/go-libp2p"
	pubsub "github.com/libp2p/go-libp2p-pubsub"
	pb "github.com/libp2p/go-libp2p-pubsub/pb"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/p2p/muxer/yamux"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	"github.com/libp2p/go-libp2p/p2p/transport/tcp"
	"github.com/multiformats/go-multiaddr"
	"golang.org/x/sys/unix"
)

const (
	echo  = "/bench/echo/v1"
	topic = "/bench/gossip/v1"
)

type call struct {
	ID       int             `json:"id"`
	Name     string          `json:"name"`
	Argument json.RawMessage `json:"argument"`
}

type options struct {
	Signed  *bool  `json:"signed"`
	Address string `json:"address"`
	Acks    int    `json:"acks"`
}

type side struct {
	host    host.Host
	topic   *pubsub.Topic
	other   peer.ID
	acks    net.Conn
	unacked atomic.Int64
	taken   chan struct{}
	expect  chan expected
	came    chan []float64
	next    uint32
}

type expected struct {
	Count int `json:"count"`
	Step  int `json:"step"`
}

// now is in milliseconds of CLOCK_MONOTONIC, as process.hrtime of Node is.
func now() float64 {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &t); err != nil {
		panic(err)
	}
	return float64(t.Nano()) / 1e6
}

func main() {
	s := &side{taken: make(chan struct{}, 1), expect: make(chan expected, 1), came: make(chan []float64, 1)}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var c call
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			panic(err)
		}
		go func() {
			result, err := s.call(c)
			answer := map[string]any{"id": c.ID, "result": result}
			if err != nil {
				answer = map[string]any{"id": c.ID, "error": err.Error()}
			}
			text, _ := json.Marshal(answer)
			fmt.Println(string(text))
		}()
	}
}

func (s *side) call(c call) (any, error) {
	switch c.Name {
	case "listen":
		return s.listen(c.Argument)
	case "connect":
		return nil, s.connect(c.Argument)
	case "ask":
		return s.ask(c.Argument)
	case "subscribe":
		return nil, s.subscribe()
	case "publish":
		return s.publish(c.Argument)
	case "expect":
		var e expected
		err := json.Unmarshal(c.Argument, &e)
		s.expect <- e
		return nil, err
	case "came":
		return <-s.came, nil
	}
	return nil, fmt.Errorf("there is no call %s", c.Name)
}

func (s *side) start(signed *bool) error {
	h, err := libp2p.New(
		libp2p.ListenAddrStrings("/ip4/127.0.0.1/tcp/0"),
		libp2p.Transport(tcp.NewTCPTransport),
		libp2p.Security(noise.ID, noise.New),
		libp2p.Muxer(yamux.ID, yamux.DefaultTransport),
		libp2p.DisableRelay(),
	)
	if err != nil {
		return err
	}
	s.host = h
	// What is under way at one time, without a loss.
	set := []pubsub.Option{pubsub.WithPeerOutboundQueueSize(1024), pubsub.WithValidateQueueSize(1024)}
	if signed != nil && !*signed {
		byBytes := func(m *pb.Message) string { return string(m.Data[:16]) }
		set = append(set, pubsub.WithMessageSignaturePolicy(pubsub.StrictNoSign), pubsub.WithMessageIdFn(byBytes))
	}
	gossip, err := pubsub.NewGossipSub(context.Background(), h, set...)
	if err != nil {
		return err
	}
	s.topic, err = gossip.Join(topic)
	return err
}

func (s *side) listen(argument json.RawMessage) (any, error) {
	var o options
	if err := json.Unmarshal(argument, &o); err != nil {
		return nil, err
	}
	if err := s.start(o.Signed); err != nil {
		return nil, err
	}
	s.host.SetStreamHandler(echo, answer)
	acks, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	go s.count(acks)
	address := fmt.Sprintf("%s/p2p/%s", s.host.Addrs()[0], s.host.ID())
	return map[string]any{"address": address, "acks": acks.Addr().(*net.TCPAddr).Port}, nil
}

// count takes one byte for each message that was acknowledged.
func (s *side) count(acks net.Listener) {
	conn, err := acks.Accept()
	if err != nil {
		return
	}
	bytes := make([]byte, 4096)
	for {
		n, err := conn.Read(bytes)
		if err != nil {
			return
		}
		s.unacked.Add(int64(-n))
		select {
		case s.taken <- struct{}{}:
		default:
		}
	}
}

// answer sends as many bytes as the first four of a frame say; a frame begins with its length as a varint.
func answer(stream network.Stream) {
	defer stream.Close()
	reader := bufio.NewReader(stream)
	for {
		request, err := readFrame(reader)
		if err != nil {
			return
		}
		if err := writeFrame(stream, make([]byte, binary.BigEndian.Uint32(request))); err != nil {
			return
		}
	}
}

func readFrame(reader *bufio.Reader) ([]byte, error) {
	length, err := binary.ReadUvarint(reader)
	if err != nil || length > 65536 {
		return nil, io.ErrUnexpectedEOF
	}
	frame := make([]byte, length)
	_, err = io.ReadFull(reader, frame)
	return frame, err
}

func writeFrame(writer io.Writer, bytes []byte) error {
	_, err := writer.Write(append(binary.AppendUvarint(nil, uint64(len(bytes))), bytes...))
	return err
}

func (s *side) connect(argument json.RawMessage) error {
	var o options
	if err := json.Unmarshal(argument, &o); err != nil {
		return err
	}
	if err := s.start(o.Signed); err != nil {
		return err
	}
	address, err := multiaddr.NewMultiaddr(o.Address)
	if err != nil {
		return err
	}
	info, err := peer.AddrInfoFromP2pAddr(address)
	if err != nil {
		return err
	}
	s.other = info.ID
	if err := s.host.Connect(context.Background(), *info); err != nil {
		return err
	}
	s.acks, err = net.Dial("tcp4", fmt.Sprintf("127.0.0.1:%d", o.Acks))
	return err
}

func (s *side) ask(argument json.RawMessage) (any, error) {
	var order struct {
		Variant           string
		Lead, Count, Size int
	}
	if err := json.Unmarshal(argument, &order); err != nil {
		return nil, err
	}
	request := make([]byte, order.Size)
	binary.BigEndian.PutUint32(request, uint32(order.Size))
	var stream network.Stream
	var reader *bufio.Reader
	times := []float64{}
	for i := 0; i < order.Lead+order.Count; i++ {
		began := time.Now()
		if stream == nil {
			opened, err := s.host.NewStream(context.Background(), s.other, echo)
			if err != nil {
				return nil, err
			}
			stream, reader = opened, bufio.NewReader(opened)
		}
		if err := writeFrame(stream, request); err != nil {
			return nil, err
		}
		if _, err := readFrame(reader); err != nil {
			return nil, err
		}
		if order.Variant == "new" {
			stream.Close()
			stream = nil
		}
		if i >= order.Lead {
			times = append(times, float64(time.Since(began).Nanoseconds())/1000)
		}
	}
	if stream != nil {
		stream.Close()
	}
	return times, nil
}

func (s *side) subscribe() error {
	subscription, err := s.topic.Subscribe(pubsub.WithBufferSize(4096))
	if err != nil {
		return err
	}
	go s.take(subscription)
	return nil
}

func (s *side) take(subscription *pubsub.Subscription) {
	for e := range s.expect {
		came := []float64{}
		unacked := 0
		for len(came) < e.Count {
			if _, err := subscription.Next(context.Background()); err != nil {
				return
			}
			came = append(came, now())
			unacked++
			if unacked >= e.Step || len(came) == e.Count {
				s.acks.Write(make([]byte, unacked))
				unacked = 0
			}
		}
		s.came <- came
	}
}

func (s *side) publish(argument json.RawMessage) (any, error) {
	var order struct {
		Count, Size, Spacing int
		Window               int64
	}
	if err := json.Unmarshal(argument, &order); err != nil {
		return nil, err
	}
	for len(s.topic.ListPeers()) == 0 {
		time.Sleep(20 * time.Millisecond)
	}
	s.unacked.Store(0)
	sent := []float64{}
	for i := 0; i < order.Count; i++ {
		message := make([]byte, order.Size)
		binary.BigEndian.PutUint32(message, s.next)
		s.next++
		sent = append(sent, now())
		s.unacked.Add(1)
		if err := s.topic.Publish(context.Background(), message); err != nil {
			return nil, err
		}
		if order.Spacing > 0 {
			time.Sleep(time.Duration(order.Spacing) * time.Millisecond)
			continue
		}
		for s.unacked.Load() >= order.Window {
			<-s.taken
		}
	}
	return map[string]any{"sent": sent, "size": order.Size, "readings": 1}, nil
}
