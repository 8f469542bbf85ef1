// Both sides of a call as a drawing: the caller above, the line below; what is masked is hatched.

const COLOURS = { ink: "--ink", caller: "--link", line: "--soft", edge: "--edge", paper: "--paper", warn: "--warn" };
const HATCH = 7; // px

export class Wave {
  remarks = () => []; // ms
  #canvas;
  #url;
  #shape = null;
  #still = document.createElement("canvas"); // all but the place one hears
  #ms = 0;

  constructor(canvas, url) {
    this.#canvas = canvas;
    this.#url = url;
    new ResizeObserver(() => this.paint()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.paint());
  }

  async load() {
    const answer = await fetch(this.#url);
    if (!answer.ok) return;
    this.#shape = await answer.json();
    this.#canvas.dataset.ready = String(this.#shape.gaps.length); // tests wait for it
    this.paint();
  }

  show(ms) {
    this.#ms = ms;
    this.#draw();
  }

  paint() {
    const { width, height } = this.#canvas.getBoundingClientRect();
    if (!width || !this.#shape) return;
    const scale = devicePixelRatio;
    for (const canvas of [this.#canvas, this.#still]) {
      canvas.width = Math.round(width * scale);
      canvas.height = Math.round(height * scale);
    }
    const pen = this.#still.getContext("2d");
    pen.scale(scale, scale);
    const colours = this.#colours();
    const middle = height / 2;
    this.#shape.sides.forEach((peaks, side) => {
      pen.fillStyle = side ? colours.line : colours.caller;
      const each = peaks.length / width;
      for (let x = 0; x < width; x++) {
        const here = peaks.slice(Math.floor(x * each), Math.max(Math.floor((x + 1) * each), Math.floor(x * each) + 1));
        const tall = Math.max(1, (Math.max(...here) / 99) * (middle - 3));
        pen.fillRect(x, side ? middle + 1 : middle - 1 - tall, 1, tall);
      }
    });
    if (this.#shape.masked) for (const gap of this.#shape.gaps) this.#hatch(pen, gap, width, middle, colours);
    pen.fillStyle = colours.warn;
    for (const ms of this.remarks()) {
      const x = (ms / this.#shape.length_ms) * width;
      pen.beginPath();
      pen.moveTo(x - 5, 0);
      pen.lineTo(x + 5, 0);
      pen.lineTo(x, 9);
      pen.fill();
    }
    this.#draw();
  }

  #hatch(pen, [side, from, to], width, middle, colours) {
    const left = (from / this.#shape.length_ms) * width;
    const wide = Math.max(3, ((to - from) / this.#shape.length_ms) * width);
    const top = side === "caller" ? 2 : middle + 1;
    pen.save();
    pen.beginPath();
    pen.rect(left, top, wide, middle - 3);
    pen.clip();
    pen.fillStyle = colours.paper;
    pen.fillRect(left, top, wide, middle);
    pen.strokeStyle = colours.line;
    pen.strokeRect(left, top, wide, middle - 3);
    for (let x = left - middle; x < left + wide; x += HATCH) {
      pen.beginPath();
      pen.moveTo(x, top + middle);
      pen.lineTo(x + middle, top);
      pen.stroke();
    }
    pen.restore();
  }

  #draw() {
    const pen = this.#canvas.getContext("2d");
    const { width, height } = this.#canvas;
    pen.clearRect(0, 0, width, height);
    if (!this.#shape) return;
    pen.drawImage(this.#still, 0, 0);
    pen.fillStyle = this.#colours().ink;
    pen.fillRect((this.#ms / this.#shape.length_ms) * width - devicePixelRatio, 0, 2 * devicePixelRatio, height);
  }

  #colours() {
    const style = getComputedStyle(this.#canvas);
    return Object.fromEntries(Object.entries(COLOURS).map(([name, value]) => [name, style.getPropertyValue(value)]));
  }
}
