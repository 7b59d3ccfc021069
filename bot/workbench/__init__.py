"""The operators' local web page: the flow as it stands on disk, tried, proved and compared at every save."""
