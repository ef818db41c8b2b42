import { Component } from "react";

// When drawing fails: a calm page instead of a stack trace, and one line for our log.
export class Boundary extends Component {
  state = { failed: false };
  static getDerivedStateFromError() {
    return { failed: true };
  }
  componentDidCatch(error) {
    this.props.onError?.(String(error?.name ?? "Error") + ": " + String(error?.message ?? "").slice(0, 300), "");
  }
  render() {
    if (!this.state.failed) return this.props.children;
    return (
      <main className="wrap lost" id="main">
        <h1>{this.props.heading}</h1>
        <p>{this.props.text}</p>
        <p><a className="button" href="">{this.props.action}</a></p>
      </main>
    );
  }
}
