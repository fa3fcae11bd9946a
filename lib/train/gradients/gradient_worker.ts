/**
 * The thread behind `sharedGradients`.
 *
 * @module
 */
import { type Message, serveGradients } from "./gradients.ts";

declare const self: {
  onmessage: ((event: MessageEvent<Message>) => void) | null;
  postMessage(loss: number): void;
};

const serve = serveGradients((loss) => self.postMessage(loss));
self.onmessage = ({ data }) => serve(data);
