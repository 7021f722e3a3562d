/** A websocket that comes back: it says "joined" each time it is there, and waits longer after each failure. */

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
/** Closed for good by the server: no such round, or not for this person. */
const REFUSED = [4403, 4404];

/**
 * @typedef {"live" | "reconnecting" | "refused"} SocketState
 * @typedef {{event: string}} SocketMessage
 */

/**
 * The wait before the next attempt: doubled each time up to 15 s, and spread so that a room full of browsers does not
 * come back in the same instant.
 * @param {number} failures how many attempts failed in a row, from 1
 * @param {number} chance from 0 to 1
 * @returns {number} milliseconds
 */
export function waitBefore(failures, chance) {
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1));
  return longest * (0.5 + chance / 2);
}

/**
 * Stay connected to `url` and pass on each message and each change of state.
 * @param {string} url `ws:` or `wss:`
 * @param {{onMessage: (message: SocketMessage) => void, onState: (state: SocketState) => void}} listener
 */
export function stayConnected(url, { onMessage, onState }) {
  let failures = 0;

  function connect() {
    const socket = new WebSocket(url);
    socket.addEventListener("message", ({ data }) => {
      const message = /** @type {SocketMessage} */ (JSON.parse(data));
      if (message.event === "joined") {
        failures = 0;
        onState("live");
      }
      onMessage(message);
    });
    socket.addEventListener("close", ({ code }) => {
      if (REFUSED.includes(code)) {
        onState("refused");
        return;
      }
      failures += 1;
      onState("reconnecting");
      setTimeout(connect, waitBefore(failures, Math.random()));
    });
  }

  connect();
}
